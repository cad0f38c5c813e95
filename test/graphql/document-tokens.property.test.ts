import { Lexer, Source, TokenKind, parse } from 'graphql';

import { countTokens } from '../../src/graphql/admission/document-tokens.js';
import { randomOf } from '../support/random.js';

/** Pieces that end, begin and look like strings, comments and brackets. */
const PIECES = [
  '"""',
  '"',
  '\\"""',
  '\\"',
  '\\',
  '#',
  '\n',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  'a',
  ' ',
  '""',
  '...',
  '1',
  ',',
];
const CASES = 5_000;

describe('the tokens of a document', () => {
  it('are those of graphql-js, and its brackets nest as deep, whatever strings and comments look like', () => {
    const random = randomOf(7);
    let read = 0;
    for (let run = 0; run < CASES; run += 1) {
      const text = Array.from(
        { length: 1 + Math.floor(random() * 12) },
        () => PIECES[Math.floor(random() * PIECES.length)],
      ).join('');
      const expected = kindsOf(text);
      if (expected === null) {
        expect(() => countTokens(text, 1_000)).toThrow();
        continue;
      }
      read += 1;
      expect([text, countTokens(text, 1_000)]).toEqual([text, expected.length]);
      // What is text there is text here: brackets in it do not count, and brackets behind it do.
      const deep = `${text}\n${'{'.repeat(401)}`;
      expect(() => countTokens(deep, 10_000)).toThrow('nests deeper');
    }
    expect(read).toBeGreaterThan(CASES / 10);
  });

  it('keep the parser from the end of the stack', () => {
    expect(() => countTokens('{a'.repeat(5_000), 100_000)).toThrow('nests deeper than 200');
    const deepest = `${'{a'.repeat(200)}${'}'.repeat(200)}`;
    expect(countTokens(deepest, 1_000)).toBe(600);
    expect(parse(deepest).kind).toBe('Document');
    expect(() => countTokens('a '.repeat(11), 10)).toThrow('more than 10 tokens');
  });
});

/** Null where the lexer finds something that is no token. */
function kindsOf(text: string): readonly TokenKind[] | null {
  const lexer = new Lexer(new Source(text));
  const kinds: TokenKind[] = [];
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) kinds.push(token.kind);
    return kinds;
  } catch {
    return null;
  }
}
