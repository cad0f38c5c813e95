import { GraphQLError } from 'graphql';

/** Brackets inside brackets. Introspection and inputs together stay far below. */
const NESTING_MAX = 200;
/** Where brackets are only text. */
const TEXT = /"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n\r]|\\.)*"|#[^\n\r]*/gs;

/**
 * Refuses a document whose brackets nest deeper than any that is meant. The parser calls itself for each of them, and
 * so would meet the end of the stack before it meets any other limit.
 */
export function checkNesting(document: string): void {
  // It has no more brackets than characters, and many documents are that short.
  if (document.length <= NESTING_MAX) return;
  let depth = 0;
  for (const [bracket] of document.replace(TEXT, '""').matchAll(/[{}[\]()]/g)) {
    depth += '{[('.includes(bracket) ? 1 : -1;
    if (depth > NESTING_MAX) {
      throw new GraphQLError(`The document nests deeper than ${NESTING_MAX} brackets.`, {
        extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { status: 400 } },
      });
    }
  }
}
