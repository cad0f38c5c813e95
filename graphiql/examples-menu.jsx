import { ChevronDownIcon, DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

/**
 * The menu of the questions that the caller may ask. Choosing one opens it in a tab, or shows the
 * tab in which it is open unchanged.
 */
export function ExamplesMenu({ examples }) {
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

/** Puts an example where the active tab is. */
export function useShowExample() {
  const { updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  // The editors come with Monaco, a moment after the menu.
  if (!queryEditor || !variableEditor) return null;
  return ({ query, variables }) => {
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    updateActiveTabValues({ query, variables });
  };
}

function useOpenExample() {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs } = useGraphiQL(pick('tabs'));
  const show = useShowExample();
  return (example) => {
    if (show === null) return;
    const open = tabs.findIndex((tab) => tab.query === example.query && (tab.variables ?? '') === example.variables);
    if (open >= 0) {
      changeTab(open);
      return;
    }
    addTab();
    show(example);
  };
}
