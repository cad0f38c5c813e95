import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';

import type { Identity } from './use-caller.js';

/** What to press, and what one will see: in the place of the answer, until there is one. */
export function AnswerHint({ identity }: { readonly identity: Identity }): ReactNode {
  const { tabs, activeTabIndex, isFetching, responseEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'isFetching', 'responseEditor'),
  );
  const [place, setPlace] = useState<Element | null>(null);
  useEffect(() => setPlace(document.querySelector('.graphiql-response')), [responseEditor]);
  const hasAnswer = Boolean(tabs[activeTabIndex]?.response);
  if (place === null || isFetching || hasAnswer) return null;
  return createPortal(
    <aside className="answer-hint">
      {identity.state === 'known' ? (
        <>
          <p>
            <strong>The answer appears here.</strong>
          </p>
          <p>
            Press the pink button <span aria-hidden="true">▶</span>, or <kbd>Ctrl</kbd>+<kbd>Enter</kbd> in the
            question, to ask it.
          </p>
          <p>
            Other questions that you may ask are in <b>Examples</b>. Values in the question, such as days and ids, are
            below it under <b>Variables</b>. The book at the left edge explains every field.
          </p>
        </>
      ) : (
        <>
          {identity.state === 'refused' && <p>{identity.text}</p>}
          <p>
            <strong>Paste a token</strong> into the field above: it says who you are. The command that started the
            gateway printed one, and <code>usage-gateway token --role OPERATOR</code> makes one.
          </p>
        </>
      )}
    </aside>,
    place,
  );
}
