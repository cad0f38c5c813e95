/** Valid questions to a schema, made by chance: any fields, arguments, variables, fragments and directives. */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type {
  GraphQLArgument,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLInputField,
  GraphQLInputType,
  GraphQLSchema,
} from 'graphql';

/** A document with the variables that it is asked with, which are not always good. */
export interface GeneratedQuery {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Values of scalars, and of arguments by their name, which comes first. */
export type Pool = Readonly<Record<string, readonly unknown[]>>;

const DEPTH_MAX = 4;
const FIELDS_MAX = 5;

/** `next` answers numbers from 0 to 1. */
export function generateQuery(schema: GraphQLSchema, pool: Pool, next: () => number): GeneratedQuery {
  const making = new Making(schema, pool, next);
  const query = schema.getQueryType();
  if (!query) throw new Error('The schema has no queries.');
  const fields = making.some(Object.values(query.getFields()), 2).map((field) => making.field(field, 0));
  const definitions = [...making.definitions].map(([name, type]) => `$${name}: ${type}`);
  const heading = definitions.length === 0 ? 'query' : `query (${definitions.join(', ')})`;
  return {
    query: [`${heading} { __typename ${fields.join(' ')} }`, ...making.fragments].join(' '),
    variables: Object.fromEntries(making.variables),
  };
}

/** Variables of these types for a document that is there already; some are left out. */
export function generateVariables(
  types: ReadonlyMap<string, GraphQLInputType>,
  schema: GraphQLSchema,
  pool: Pool,
  next: () => number,
): Readonly<Record<string, unknown>> {
  const making = new Making(schema, pool, next);
  return Object.fromEntries(
    [...types].flatMap(([name, type]) =>
      isNonNullType(type) || making.chance(0.5) ? [[name, making.value(name, type)] as const] : [],
    ),
  );
}

class Making {
  readonly definitions = new Map<string, string>();
  readonly variables = new Map<string, unknown>();
  readonly fragments: string[] = [];
  #names = 0;

  constructor(
    readonly schema: GraphQLSchema,
    readonly pool: Pool,
    readonly next: () => number,
  ) {}

  chance(part: number): boolean {
    return this.next() < part;
  }

  one<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('There is nothing to choose from.');
    return item;
  }

  some<Item>(items: readonly Item[], max: number): readonly Item[] {
    const count = 1 + Math.floor(this.next() * max);
    return [...new Set(Array.from({ length: count }, () => this.one(items)))];
  }

  field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const alias = this.chance(0.15) || field.args.length > 0 ? `${this.#name()}: ` : '';
    const args = field.args.flatMap((argument) => this.#argument(argument));
    const head = `${alias}${field.name}${args.length === 0 ? '' : `(${args.join(', ')})`}${this.#directive()}`;
    return isLeafType(type) ? head : `${head} ${this.selections(type as GraphQLCompositeType, depth + 1)}`;
  }

  selections(type: GraphQLCompositeType, depth: number): string {
    if (isAbstractType(type)) {
      const parts = this.some(this.schema.getPossibleTypes(type), 3).map(
        (possible) => `... on ${possible.name}${this.#directive()} ${this.selections(possible, depth)}`,
      );
      return `{ __typename ${parts.join(' ')} }`;
    }
    if (!isObjectType(type)) return '{ __typename }';
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < DEPTH_MAX || isLeafType(getNamedType(field.type)),
    );
    const chosen =
      fields.length === 0 ? ['__typename'] : this.some(fields, FIELDS_MAX).map((f) => this.field(f, depth));
    const body = `{ ${chosen.join(' ')} }`;
    if (!this.chance(0.15)) return body;
    const name = `F${this.#name()}`;
    this.fragments.push(`fragment ${name} on ${type.name} ${body}`);
    return this.chance(0.5) ? `{ __typename ...${name}${this.#directive()} }` : `{ ...${name} ...${name} }`;
  }

  value(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.value(name, type.ofType);
    if (isListType(type)) {
      const item = type.ofType;
      return Array.from({ length: Math.floor(this.next() * 3) }, () => this.value(name, item));
    }
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || this.chance(0.2));
      return Object.fromEntries(given.map((field) => [field.name, this.value(field.name, field.type)]));
    }
    if (isEnumType(type)) return this.one(type.getValues()).name;
    return this.one(this.pool[name] ?? this.pool[getNamedType(type).name] ?? [null]);
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): readonly string[] {
    const isNeeded = isNonNullType(type) && defaultValue === undefined;
    if (!isNeeded && this.chance(0.5)) return [];
    if (this.chance(0.5)) return [`${name}: ${this.literal(name, type)}`];
    const variable = `v${this.#name()}`;
    this.definitions.set(variable, String(type));
    // Now and then one that is left out, is null, or is no value of its type.
    if (!this.chance(0.08)) this.variables.set(variable, this.chance(0.08) ? this.#wrong() : this.value(name, type));
    return [`${name}: $${variable}`];
  }

  #wrong(): unknown {
    return this.one([null, 17, 1.5, true, 'x', [], {}, ['x', null], { from: 'x' }, '2026-13-01T00:00:00Z']);
  }

  literal(name: string, type: GraphQLInputType): string {
    const nullable: GraphQLInputType = getNullableType(type);
    const value = this.value(name, type);
    return printed(value, nullable);
  }

  #directive(): string {
    if (!this.chance(0.08)) return '';
    const directive = this.one(['include', 'skip']);
    if (this.chance(0.3)) return ` @${directive}(if: ${this.one(['true', 'false'])})`;
    const variable = `c${this.#name()}`;
    this.definitions.set(variable, 'Boolean!');
    this.variables.set(variable, this.chance(0.5));
    return ` @${directive}(if: $${variable})`;
  }

  #name(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }
}

function printed(value: unknown, type: GraphQLInputType): string {
  const bare: GraphQLInputType = getNullableType(type);
  if (value === null) return 'null';
  if (Array.isArray(value) && isListType(bare)) {
    return `[${value.map((item) => printed(item, bare.ofType)).join(', ')}]`;
  }
  if (isInputObjectType(bare)) {
    const fields: Readonly<Record<string, GraphQLInputField>> = bare.getFields();
    const members = Object.entries(value as object).map(
      ([name, member]) => `${name}: ${printed(member, fields[name]?.type ?? bare)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  return isEnumType(bare) && typeof value === 'string' ? value : JSON.stringify(value);
}
