import { z } from 'zod';

import { inPlainWords } from '../primitives/plain-problems.js';

/** A variable of the environment. It is declared once: reading it and the documentation both follow from this. */
export interface Variable<Value = unknown> {
  readonly name: string;
  /** One or two sentences. */
  readonly meaning: string;
  /** The text that is read where the variable is not set; of an optional one, what holds then, in words. */
  readonly default: string;
  /** Without it the value is null. */
  readonly isOptional: boolean;
  /** The least and the greatest number, in the unit of the name. */
  readonly bounds: Bounds | null;
  /** What the text stands for. Its problems are the rest of a sentence that begins with the name. */
  readonly type: z.ZodType<Value>;
}

type Bounds = readonly [min: number, max: number];
type Group = Readonly<Record<string, Variable>>;

/** What a group of variables says, by the names that the code has for them. */
export type Values<G extends Group> = {
  readonly [Key in keyof G]: G[Key] extends Variable<infer Value> ? Value : never;
};

/** Takes a problem: a sentence without its full stop, which names the variable and repeats no value. */
export type OnProblem = (sentence: string) => void;

/** A variable whose default is a text that is read like any other. */
export function variable<Value>(
  name: string,
  standard: string,
  type: z.ZodType<Value>,
  meaning: string,
): Variable<Value> {
  return { name, meaning, default: standard, isOptional: false, bounds: null, type };
}

/** A variable that may be left out; `otherwise` says what holds then. */
export function optional<Value>(
  name: string,
  type: z.ZodType<Value>,
  meaning: string,
  otherwise = '',
): Variable<Value | null> {
  return { name, meaning, default: otherwise, isOptional: true, bounds: null, type };
}

/** A whole number between bounds, both inclusive. */
export function whole(name: string, standard: number, bounds: Bounds, meaning: string): Variable<number> {
  return measured(1, name, standard, bounds, meaning);
}

/** A whole number of seconds; the value is in milliseconds. */
export const seconds = measured.bind(null, 1_000);

/** A whole number of minutes; the value is in milliseconds. */
export const minutes = measured.bind(null, 60_000);

/** A whole number of hours; the value is in milliseconds. */
export const hours = measured.bind(null, 3_600_000);

function measured(factor: number, name: string, standard: number, bounds: Bounds, meaning: string): Variable<number> {
  const [min, max] = bounds;
  const sentence = `is a whole number from ${min} to ${max}`;
  const type = z
    .string()
    .regex(/^\d{1,12}$/, sentence)
    .transform(Number)
    .refine((value) => value >= min && value <= max, sentence)
    .transform((value) => value * factor);
  return { ...variable(name, String(standard), type, meaning), bounds };
}

/** `true` or `false`, and no other word for them. */
export function flag(name: string, standard: boolean, meaning: string): Variable<boolean> {
  const type = z.enum(['true', 'false']).transform((word) => word === 'true');
  return variable(name, String(standard), type, meaning);
}

/** One of several words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  name: string,
  standard: Words[number],
  words: Words,
  meaning: string,
): Variable<Words[number]> {
  return variable(name, standard, z.enum(words), meaning);
}

/** Values separated by commas; spaces around them do not count, and an empty text is an empty list. */
export function listOf(isValid: (item: string) => boolean, sentence: string): z.ZodType<readonly string[]> {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.every(isValid), sentence);
}

/** Reads a group. An empty text counts as not set. A value that has a problem is not there, and must not be used. */
export function valuesIn<G extends Group>(
  group: G,
  env: Readonly<Record<string, string | undefined>>,
  onProblem: OnProblem,
): Values<G> {
  const entries = Object.entries(group).map(([key, row]) => [key, valueOf(row, env[row.name] ?? '', onProblem)]);
  return Object.freeze(Object.fromEntries(entries)) as Values<G>;
}

function valueOf(row: Variable, set: string, onProblem: OnProblem): unknown {
  if (set === '' && row.isOptional) return null;
  const read = row.type.safeParse(set === '' ? row.default : set, { error: inPlainWords });
  if (read.success) return read.data;
  for (const { message } of read.error.issues) onProblem(`${row.name} ${message}`);
  return undefined;
}
