import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';

import type { TestGateway, Who } from './gateway.js';

/** The answer to one of `test/operations`, with its type. Fails when there is any error in it. */
export async function run<Data, Variables extends object>(
  gateway: TestGateway,
  who: Who,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { data, errors } = await gateway.ask(who, print(document), variables);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data as Data;
}

/** The codes of the errors with which one of `test/operations` was answered. */
export async function refusals<Data, Variables extends object>(
  gateway: TestGateway,
  who: Who,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<readonly unknown[]> {
  const { errors } = await gateway.ask(who, print(document), variables);
  return errors.map(({ extensions }) => extensions?.['code']);
}

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** More pages than any answer of the tests has. */
const PAGES_MAX = 2_000;

/** Every row of a connection, read page by page. `between` is called before each page but the first. */
export async function everyPage<
  Data extends object,
  Variables extends { readonly after?: string | null | undefined },
  Node,
>(
  gateway: TestGateway,
  who: Who,
  question: {
    readonly document: TypedDocumentNode<Data, Variables>;
    readonly variables: Variables;
    readonly page: (data: Data) => Page<Node>;
    readonly between?: () => Promise<unknown>;
  },
): Promise<readonly Node[]> {
  const rows: Node[] = [];
  let after: string | null = null;
  for (let count = 0; count < PAGES_MAX; count += 1) {
    if (count > 0) await question.between?.();
    const data: Data = await run(gateway, who, question.document, { ...question.variables, after });
    const { nodes, pageInfo } = question.page(data);
    rows.push(...nodes);
    if (!pageInfo.hasNextPage) return rows;
    after = pageInfo.endCursor;
  }
  throw new Error(`More than ${PAGES_MAX} pages.`);
}
