import { ChevronDownIcon, DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';

/**
 * The menu of example queries. Choosing one opens it in a tab, or shows the tab in which it is
 * open unchanged.
 */
export function ExamplesMenu({ examples }) {
  const openExample = useOpenExample();
  if (examples.length === 0) return null;
  return (
    <DropdownMenu>
      <DropdownMenu.Button className="examples">
        Examples <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content align="start" className="examples-list">
        {examples.map((example) => (
          <DropdownMenu.Item key={example.title} onSelect={() => openExample(example)}>
            {example.title}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

function useOpenExample() {
  const { addTab, changeTab, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick('tabs', 'queryEditor', 'variableEditor'));
  return ({ query, variables }) => {
    // The editors come with Monaco, a moment after the menu.
    if (!queryEditor || !variableEditor) return;
    const open = tabs.findIndex((tab) => tab.query === query && (tab.variables ?? '') === variables);
    if (open >= 0) {
      changeTab(open);
      return;
    }
    addTab();
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    updateActiveTabValues({ query, variables });
  };
}
