/**
 * What an operation costs, computed from the document and its variables before anything runs. An object costs one
 * point; what is inside a page or a list costs as often as the page has rows; fields that read more than they answer
 * cost extra. Whatever `@include` and `@skip` leave out is counted as if it were asked for.
 */
import {
  GraphQLInterfaceType,
  GraphQLObjectType,
  Kind,
  getArgumentValues,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';

import { extraCost } from './field-weights.js';
import type { FieldArguments } from './field-weights.js';

/** What an operation may cost, in points. */
export interface OperationCost {
  /** What is charged before it runs. */
  readonly requested: number;
  /** The part of it that does not depend on how many objects are answered. */
  readonly fixed: number;
  readonly readsSchema: boolean;
}

/** Called with the arguments of each field, by its coordinate (`Query.tenants`). */
export type OnArguments = (coordinate: string, args: FieldArguments) => void;

interface Cost {
  readonly points: number;
  readonly fixed: number;
}

const NOTHING: Cost = { points: 0, fixed: 0 };
/** What reading the whole schema costs: it comes from memory. */
const SCHEMA_COST = 100;
/** Rows of a page of which the caller does not say how long it is. */
const ROWS_STANDARD = 100;
/** Objects of a list that has no pages. */
const ITEMS_ASSUMED = 5;

/** Prices one operation. `variables` are coerced; throws a GraphQLError for arguments that are not. */
export function operationCost(
  schema: GraphQLSchema,
  { document, operation }: { readonly document: DocumentNode; readonly operation: OperationDefinitionNode },
  variables: FieldArguments,
  onArguments: OnArguments = () => undefined,
): OperationCost {
  const pricing = new Pricing(schema, fragmentsOf(document), variables, onArguments);
  const root = schema.getRootType(operation.operation);
  const { points, fixed } = root ? pricing.ofSelections(operation.selectionSet, root, 1) : NOTHING;
  return { requested: Math.ceil(points + fixed), fixed: Math.ceil(fixed), readsSchema: pricing.readsSchema };
}

/** Objects of an answer: what `requested` assumed, counted. */
export function objectsIn(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0;
  const isList = Array.isArray(answer);
  let total = isList ? 0 : 1;
  // Loops, because this walks through every value of every answer.
  if (isList) for (const item of answer as readonly unknown[]) total += objectsIn(item);
  else for (const name in answer) total += objectsIn((answer as Readonly<Record<string, unknown>>)[name]);
  return total;
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}

class Pricing {
  readsSchema = false;
  /** Each fragment is priced once per length of the page that it is spread in: once per spread could take for ever. */
  readonly #costOfFragment = new Map<string, Cost>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    readonly variables: FieldArguments,
    readonly onArguments: OnArguments,
  ) {}

  /** `rows` is the length of the page whose connection the parent is. */
  ofSelections({ selections }: SelectionSetNode, parent: unknown, rows: number): Cost {
    return selections.reduce((total, selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return sum(total, this.#ofField(selection, parent, rows));
        case Kind.INLINE_FRAGMENT: {
          const type = selection.typeCondition ? this.schema.getType(selection.typeCondition.name.value) : parent;
          return sum(total, this.ofSelections(selection.selectionSet, type, rows));
        }
        case Kind.FRAGMENT_SPREAD:
          return sum(total, this.#ofSpread(selection.name.value, rows));
      }
    }, NOTHING);
  }

  #ofSpread(name: string, rows: number): Cost {
    const key = `${name} ${rows}`;
    const known = this.#costOfFragment.get(key);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost = fragment ? this.ofSelections(fragment.selectionSet, type, rows) : NOTHING;
    this.#costOfFragment.set(key, cost);
    return cost;
  }

  #ofField(node: FieldNode, parent: unknown, rows: number): Cost {
    const name = node.name.value;
    if (name === '__schema' || name === '__type') {
      this.readsSchema = true;
      return { points: 0, fixed: SCHEMA_COST };
    }
    if (!(parent instanceof GraphQLObjectType || parent instanceof GraphQLInterfaceType)) return NOTHING;
    const field = parent.getFields()[name];
    if (field === undefined) return NOTHING;
    const args = getArgumentValues(field, node, this.variables);
    this.onArguments(`${parent.name}.${name}`, args);
    const extra = extraCost(parent.name, name, args);
    const type = getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return { points: 0, fixed: extra };
    const inside = this.ofSelections(node.selectionSet, type, pageRows(args));
    const times = timesOf(field, args, parent.name.endsWith('Connection') ? rows : null);
    return { points: times * (1 + inside.points), fixed: extra + times * inside.fixed };
  }
}

function sum(left: Cost, right: Cost): Cost {
  return { points: left.points + right.points, fixed: left.fixed + right.fixed };
}

function pageRows({ first }: FieldArguments): number {
  return typeof first === 'number' ? Math.max(0, first) : ROWS_STANDARD;
}

/** How many objects a field answers: as many as its page has rows, as ids were given, or as lists usually have. */
function timesOf(field: GraphQLField<unknown, unknown>, args: FieldArguments, rows: number | null): number {
  const lists = listsOf(field.type);
  if (lists === 0) return 1;
  if (rows !== null) return rows * ITEMS_ASSUMED ** (lists - 1);
  const given = Object.values(args).filter((value) => Array.isArray(value));
  const longest = given.reduce<number>((most, list) => Math.max(most, list.length), 0);
  return (longest || ITEMS_ASSUMED) * ITEMS_ASSUMED ** (lists - 1);
}

function listsOf(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listsOf(type.ofType as GraphQLOutputType);
  return isListType(type) ? 1 + listsOf(type.ofType) : 0;
}
