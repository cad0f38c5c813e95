import { ChevronDownIcon, DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { ReactNode } from 'react';

import type { OfferedExample } from './offered-examples.js';

type Show = (example: OfferedExample) => void;

/**
 * The menu of the questions that the caller may ask. Choosing one opens it in a tab, or shows the
 * tab in which it is open unchanged.
 */
export function ExamplesMenu({ examples }: { readonly examples: readonly OfferedExample[] }): ReactNode {
  const openExample = useOpenExample();
  if (examples.length === 0) return null;
  return (
    <DropdownMenu>
      <DropdownMenu.Button className="examples">
        Examples <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content align="start" collisionPadding={8} className="examples-list">
        {examples.map((example) => (
          <DropdownMenu.Item key={example.title} onSelect={() => openExample(example)}>
            {example.title}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

/** Puts an example where the active tab is; null until there are editors. */
export function useShowExample(): Show | null {
  const actions = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  // The editors come with Monaco, a moment after the menu.
  if (!queryEditor || !variableEditor) return null;
  return ({ query, variables }) => {
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    actions.updateActiveTabValues({ query, variables });
  };
}

function useOpenExample(): Show {
  const actions = useGraphiQLActions();
  const { tabs } = useGraphiQL(pick('tabs'));
  const show = useShowExample();
  return (example) => {
    if (show === null) return;
    const open = tabs.findIndex((tab) => tab.query === example.query && (tab.variables ?? '') === example.variables);
    if (open >= 0) {
      actions.changeTab(open);
      return;
    }
    actions.addTab();
    show(example);
  };
}
