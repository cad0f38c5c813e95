import { z } from 'zod';

/** A variable of the environment, as the operations guide lists it. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  readonly default: string;
}

/** A whole number between bounds, both inclusive. */
export function whole(min: number, max: number) {
  const sentence = `is a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, sentence)
    .transform(Number)
    .refine((value) => value >= min && value <= max, sentence);
}

/** Values separated by commas; spaces around them do not count, and an empty text is an empty list. */
export function listOf(isValid: (item: string) => boolean, sentence: string) {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every(isValid), sentence);
}

/** `true` or `false`, and no other word for them. */
export function flag(standard: 'true' | 'false') {
  return z
    .enum(['true', 'false'])
    .default(standard)
    .transform((word) => word === 'true');
}
