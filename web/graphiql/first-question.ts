import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

import type { Caller } from './caller.js';
import { useShowExample } from './examples-menu.js';
import { examples as all } from './examples.js';
import type { OfferedExample } from './offered-examples.js';
import { ownStorage } from './own-storage.js';

/** Stands in the editor until it is known who asks. */
export const WELCOME = `# Paste a token into the field above.
#
# Then a question that you may ask stands here, and more of them are in the menu "Examples".
`;

const CALLER = 'caller';

/**
 * Has the active tab hold a question that the caller may ask: in the place of the welcome, and of an example that was
 * not touched and was chosen for another caller or other books. What somebody wrote stays.
 */
export function useFirstQuestion(caller: Caller | null, offered: readonly OfferedExample[]): void {
  const show = useShowExample();
  const { queryEditor } = useGraphiQL(pick('queryEditor'));
  const isReady = show !== null && caller !== null && queryEditor !== undefined;
  useEffect(() => {
    // Comments and long lines are read whole, however narrow the window is.
    queryEditor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor]);
  useEffect(() => {
    const [first] = offered;
    if (!isReady || first === undefined) return;
    const now = JSON.stringify(caller);
    const isSame = ownStorage.getItem(CALLER) === now;
    ownStorage.setItem(CALLER, now);
    const current = queryEditor.getValue().trim();
    const same = offered.find(({ query }) => query.trim() === current);
    const isUntouched =
      current === '' || current === WELCOME.trim() || all.some(({ query }) => query.trim() === current);
    if (isUntouched && !(isSame && same !== undefined)) show(same ?? first);
    // Only another caller is a reason to look again.
  }, [isReady, offered]);
}
