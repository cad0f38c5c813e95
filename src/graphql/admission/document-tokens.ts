import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';

/** Brackets inside brackets. Introspection and inputs together stay far below. */
const NESTING_MAX = 200;

/** What opens a bracket adds to the depth, and what closes one takes from it. */
const STEPS: ReadonlyMap<TokenKind, number> = new Map([
  [TokenKind.BRACE_L, 1],
  [TokenKind.BRACKET_L, 1],
  [TokenKind.PAREN_L, 1],
  [TokenKind.BRACE_R, -1],
  [TokenKind.BRACKET_R, -1],
  [TokenKind.PAREN_R, -1],
]);

/**
 * How many tokens a document has, as the parser will read them: strings and comments are none of ours to take apart.
 * Refuses one with more than `tokensMax`, and one whose brackets nest deeper than any that is meant. The parser calls
 * itself for each of them, and so would meet the end of the stack before it meets any other limit. Throws a
 * GraphQLError, also for what is no token.
 */
export function countTokens(document: string, tokensMax: number): number {
  const lexer = new Lexer(new Source(document));
  let tokens = 0;
  let depth = 0;
  for (let kind = lexer.advance().kind; kind !== TokenKind.EOF; kind = lexer.advance().kind) {
    tokens += 1;
    if (tokens > tokensMax) throw new GraphQLError(`The document has more than ${tokensMax} tokens.`);
    depth += STEPS.get(kind) ?? 0;
    if (depth > NESTING_MAX) throw new GraphQLError(`The document nests deeper than ${NESTING_MAX} brackets.`);
  }
  return tokens;
}
