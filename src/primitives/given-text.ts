import { DomainError } from './errors.js';

const NAME_LENGTH_MAX = 200;

/**
 * Text that a person gave, without the space around it: 1 to `lengthMax` characters, none of them a control character.
 * Throws INVALID_INPUT, which names the field.
 */
export function givenText(text: string, field: string, lengthMax: number): string {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > lengthMax || /\p{Cc}/u.test(trimmed)) {
    throw new DomainError('INVALID_INPUT', `${field} has 1 to ${lengthMax} characters and no control characters.`, [
      field,
    ]);
  }
  return trimmed;
}

/** The name of something, as `givenText` takes it: 1 to 200 characters. */
export function givenName(name: string): string {
  return givenText(name, 'name', NAME_LENGTH_MAX);
}
