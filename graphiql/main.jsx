import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './gateway-bar.css';

import { GraphiQL } from 'graphiql';
import { useMemo } from 'react';
import { createPortal } from 'react-dom';
import { createRoot } from 'react-dom/client';

import { ExamplesMenu } from './examples-menu.jsx';
import { examples } from './examples.js';
import { createFetcher } from './fetcher.js';
import { ownStorage, startWith } from './own-storage.js';
import { TokenField } from './token-field.jsx';
import { useToken } from './use-token.js';

const bar = document.getElementById('gateway-bar');
const [first] = examples;
const anyVariables = examples.some((example) => example.variables !== '');

function Page() {
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
      defaultEditorToolsVisibility={anyVariables ? 'variables' : undefined}
      {...(first && { defaultQuery: first.query })}
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
      {/* The bar stands above GraphiQL, and is rendered inside it to reach its editors. */}
      <Bar token={token} changeToken={changeToken} />
    </GraphiQL>
  );
}

function Bar({ token, changeToken }) {
  return createPortal(
    <>
      <h1>Usage gateway</h1>
      <ExamplesMenu examples={examples} />
      <TokenField token={token} changeToken={changeToken} />
    </>,
    bar,
  );
}

if (first) startWith(first);
createRoot(document.getElementById('root')).render(<Page />);
