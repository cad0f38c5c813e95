import { ArgsType, Field, Int, ObjectType } from 'type-graphql';

import type { GatewayContext } from '../context.js';
import type { Position } from '../../access/signed-cursor.js';
import { whoAsks } from '../../access/principal.js';
import { DomainError } from '../../primitives/errors.js';

/** Pages of usage are as long as those of Azure's own usage API; everything else is shorter. */
export const PAGE_OF_USAGE_MAX = 1_000;
const PAGE_MAX = 200;

@ObjectType({ simpleResolvers: true, description: 'Where a page lies in its answer.' })
export class PageInfo {
  @Field({ description: 'Whether more follows after `endCursor`.' })
  hasNextPage!: boolean;
  @Field({ description: 'Always false: pages are read forwards only.' })
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true, description: 'Cursor of the first row.' })
  startCursor!: string | null;
  @Field(() => String, { nullable: true, description: 'What to give as `after` for the next page.' })
  endCursor!: string | null;
}

/** The arguments of every connection. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many rows. At most ${PAGE_OF_USAGE_MAX} of usage and ${PAGE_MAX} of anything else.`,
  })
  first?: number | null;
  @Field(() => String, { nullable: true, description: '`endCursor` of the page before.' })
  after?: string | null;
}

/** A page of rows, as Relay shapes it. */
export interface Connection<Item> {
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[];
  readonly nodes: readonly Item[];
  readonly pageInfo: PageInfo;
}

type Constructor<Item> = abstract new () => Item;

/** Declares the connection type of a node type, as Relay writes them. */
export function connectionOf<Item extends object>(
  node: () => Constructor<Item>,
  name: string,
): new () => Connection<Item> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} and its place in the answer.` })
  class Edge {
    @Field(() => String, { description: 'Opaque; good for this question only.' })
    cursor!: string;
    @Field(node, { description: 'The row.' })
    node!: Item;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of ${name}.` })
  class ConnectionOfItems {
    @Field(() => [Edge], { description: 'Rows with their cursors.' })
    edges!: Edge[];
    @Field(() => [node()], { description: 'The rows alone.' })
    nodes!: Item[];
    @Field(() => PageInfo, { description: 'Where this page lies.' })
    pageInfo!: PageInfo;
  }
  return ConnectionOfItems;
}

/** A page that was asked for: how many rows, and after which. */
export interface Page {
  readonly limit: number;
  readonly after: Position | null;
  /** Binds cursors to the question and to who asks it. */
  readonly question: string;
}

const PAGING: ReadonlySet<string> = new Set(['first', 'after']);

/** Reads the page arguments. Throws INVALID_INPUT for a length out of bounds and INVALID_CURSOR. */
export function pageOf(context: GatewayContext, name: string, args: PageArgs, limitMax: number = PAGE_MAX): Page {
  const { first, after } = args;
  const limit = first ?? Math.min(100, limitMax);
  if (limit < 1 || limit > limitMax) {
    throw new DomainError('INVALID_INPUT', `first lies between 1 and ${limitMax}.`, ['first']);
  }
  const asked = Object.fromEntries(Object.entries(args).filter(([argument]) => !PAGING.has(argument)));
  const question = JSON.stringify([name, context.principal && whoAsks(context.principal), asked], sortedMembers);
  return { limit, question, after: after == null ? null : context.app.cursors.read(question, after) };
}

/** A page of rows that were read with a limit one above the page's, which tells whether more follows. */
export function connection<Row, Item>(
  context: GatewayContext,
  page: Page,
  rows: readonly Row[],
  of: { readonly position: (row: Row) => Position; readonly item: (row: Row) => Item },
): Connection<Item> {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const more = rows.length > page.limit && last !== undefined ? of.position(last) : null;
  return connectionUpTo(context, page, shown, { ...of, resumeAfter: more });
}

/** A page whose reader says itself where the next one starts; null when there is none. */
export function connectionUpTo<Row, Item>(
  { app }: GatewayContext,
  page: Page,
  rows: readonly Row[],
  of: {
    readonly position: (row: Row) => Position;
    readonly item: (row: Row) => Item;
    readonly resumeAfter: Position | null;
  },
): Connection<Item> {
  const cursorOf = app.cursors.writerFor(page.question);
  const { resumeAfter } = of;
  return new PageOfItems(
    rows.map((row) => of.item(row)),
    (index) => cursorOf(rows.slice(index, index + 1).flatMap((row) => of.position(row))),
    resumeAfter === null ? null : () => cursorOf(resumeAfter),
  );
}

/** Cursors are signed, which takes longer than reading a row: only those are written that are asked for. */
class PageOfItems<Item> implements Connection<Item> {
  #edges: readonly Edge<Item>[] | undefined;
  #pageInfo: PageInfo | undefined;

  constructor(
    readonly nodes: readonly Item[],
    readonly cursorAt: (index: number) => string,
    readonly resumeCursor: (() => string) | null,
  ) {}

  get edges(): readonly Edge<Item>[] {
    this.#edges ??= this.nodes.map((node, index) => new Edge(node, index, this.cursorAt));
    return this.#edges;
  }

  get pageInfo(): PageInfo {
    this.#pageInfo ??= {
      hasNextPage: this.resumeCursor !== null,
      hasPreviousPage: false,
      startCursor: this.nodes.length === 0 ? null : this.cursorAt(0),
      endCursor: this.resumeCursor?.() ?? (this.nodes.length === 0 ? null : this.cursorAt(this.nodes.length - 1)),
    };
    return this.#pageInfo;
  }
}

class Edge<Item> {
  constructor(
    readonly node: Item,
    readonly index: number,
    readonly cursorAt: (index: number) => string,
  ) {}

  get cursor(): string {
    return this.cursorAt(this.index);
  }
}

/** The same question in the same words, whatever order an executor gives its arguments in. */
function sortedMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
