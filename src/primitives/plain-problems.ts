import type { z } from 'zod';

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  int: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'object',
  record: 'object',
};

/**
 * What is wrong with a value, in the words of this project instead of the library's: the rest of a sentence that begins
 * with the place. No value is repeated, for it may be secret. Given to `safeParse`; a sentence that a schema has of its
 * own goes first.
 */
export function inPlainWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `is no ${NOUNS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `is ${oneOf(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return `has what nothing reads: ${issue.keys.join(', ')}`;
    case 'too_small':
      return issue.minimum === 1 && issue.origin !== 'number'
        ? 'is empty'
        : sizeSentence(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return sizeSentence(issue.origin, 'at most', issue.maximum);
    case 'invalid_union':
      return 'has none of the forms that are described';
    default:
      return 'is not as described';
  }
}

/** `a, b or c`. */
function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function sizeSentence(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'string') return `has ${bound} ${size} characters`;
  if (origin === 'array') return `has ${bound} ${size} items`;
  return `is ${bound} ${size}`;
}
