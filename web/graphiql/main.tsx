import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './gateway-bar.css';

import { GraphiQL } from 'graphiql';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { createRoot } from 'react-dom/client';

import { AnswerHint } from './answer-hint.js';
import { ExamplesMenu } from './examples-menu.js';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { WELCOME, useFirstQuestion } from './first-question.js';
import { offeredExamples } from './offered-examples.js';
import { ownStorage } from './own-storage.js';
import { TokenField } from './token-field.js';
import type { TokenFieldProps } from './token-field.js';
import { useCaller } from './use-caller.js';
import { useToken } from './use-token.js';

/** Question and answer stand one above the other then, and need the room. The same width is in gateway-bar.css. */
const isNarrow = window.matchMedia('(max-width: 720px)').matches;
const bar = elementOf('gateway-bar');

function Page(): ReactNode {
  const [token, changeToken] = useToken();
  // GraphiQL asks for the schema again whenever it is given another fetcher, which is what a new
  // token calls for.
  const fetcher = useMemo(() => createFetcher(token), [token]);
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={ownStorage}
      inputValueDeprecation
      schemaDescription
      {...(!isNarrow && { defaultEditorToolsVisibility: 'variables' })}
      defaultQuery={WELCOME}
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      {/* The bar stands above GraphiQL, and is rendered inside it to reach its editors. */}
      <Bar token={token} changeToken={changeToken} />
    </GraphiQL>
  );
}

function Bar({ token, changeToken }: Omit<TokenFieldProps, 'identity'>): ReactNode {
  const identity = useCaller(token);
  const { caller } = identity;
  const offered = useMemo(() => (caller === null ? [] : offeredExamples(examples, caller, Date.now())), [caller]);
  useFirstQuestion(caller, offered);
  return (
    <>
      {createPortal(
        <>
          <h1>Usage gateway</h1>
          <ExamplesMenu examples={offered} />
          <TokenField token={token} changeToken={changeToken} identity={identity} />
        </>,
        bar,
      )}
      <AnswerHint identity={identity} />
    </>
  );
}

/** An element of index.html. */
function elementOf(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}.`);
  return element;
}

createRoot(elementOf('root')).render(<Page />);
