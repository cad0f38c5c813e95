import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import type { ValueNode } from 'graphql';
import { LRUCache } from 'lru-cache';

import { canonicalGuid } from '../primitives/ids.js';
import { parseQuantity } from '../primitives/quantity.js';
import { dayOf, dayText, hourOf, monthText, parseInstant } from '../primitives/windows.js';

/** A value that a scalar does not take. `noun` is what it takes; where the value stands, its scalar does not know. */
export class ScalarError extends GraphQLError {
  constructor(
    readonly noun: string,
    node?: ValueNode,
  ) {
    super(`This is not ${noun}.`, node === undefined ? {} : { nodes: node });
  }
}

function textScalar<Internal>(options: {
  readonly name: string;
  readonly description: string;
  /** What a value must be, for people: `a GUID`. */
  readonly noun: string;
  readonly parse: (text: string) => Internal | null;
  readonly print: (value: Internal) => string;
}): GraphQLScalarType<Internal, string> {
  const { name, description, noun, parse, print } = options;
  const read = (value: unknown, node?: ValueNode): Internal => {
    const parsed = typeof value === 'string' && value.length <= 128 ? parse(value) : null;
    if (parsed === null) throw new ScalarError(noun, node);
    return parsed;
  };
  return new GraphQLScalarType<Internal, string>({
    name,
    description,
    serialize: (value) => print(value as Internal),
    parseValue: (value) => read(value),
    parseLiteral: (node: ValueNode) => read(node.kind === Kind.STRING ? node.value : null, node),
  });
}

/** Rows of a page share their windows, and writing a moment takes longer than finding it. */
const moments = new LRUCache<number, string>({ max: 4_096 });

function momentText(epochMs: number): string {
  const known = moments.get(epochMs);
  if (known !== undefined) return known;
  const text = new Date(epochMs).toISOString();
  moments.set(epochMs, text);
  return text;
}

/** Internally milliseconds since 1970. */
export const DateTime = textScalar<number>({
  name: 'DateTime',
  description: 'A moment in UTC as ISO 8601, for example "2026-01-31T13:00:00Z". Offsets are accepted and converted.',
  noun: 'a moment like 2026-01-31T13:00:00Z',
  parse: parseInstant,
  print: momentText,
});

/** Internally days since 1970. */
export const LocalDate = textScalar<number>({
  name: 'LocalDate',
  description: 'A UTC day, for example "2026-01-31".',
  noun: 'a day like 2026-01-31',
  parse: (text) => {
    const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(text) : null;
    return instant === null ? null : dayOf(hourOf(instant));
  },
  print: dayText,
});

/** Internally months since 1970. */
export const YearMonth = textScalar<number>({
  name: 'YearMonth',
  description: 'A calendar month in UTC, for example "2026-01".',
  noun: 'a month like 2026-01',
  parse: (text) => {
    const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
    return match === null ? null : (Number(match[1]) - 1970) * 12 + Number(match[2]) - 1;
  },
  print: monthText,
});

/** Internally a canonical `Quantity`. */
export const Decimal = textScalar<string>({
  name: 'Decimal',
  description: 'An exact decimal number as a string, with up to 24 digits on either side of the point; never a float.',
  noun: 'a decimal number in quotes, with up to 24 digits on either side of the point',
  parse: (text) => {
    const parsed = parseQuantity(text);
    return parsed.ok ? parsed.quantity : null;
  },
  print: (value) => value,
});

export const UUID = textScalar<string>({
  name: 'UUID',
  description: 'A GUID. Compared without case; answered in lower case with dashes.',
  noun: 'a GUID',
  parse: canonicalGuid,
  print: (value) => value,
});
