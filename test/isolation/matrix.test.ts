import { getNamedType, isInterfaceType } from 'graphql';

import { MUTATIONS, QUERIES, nameAt } from './cases.js';
import type { FieldCase, Kind } from './cases.js';
import { idsOfPlaces, nobodysId } from './known-ids.js';
import type { KnownIds } from './known-ids.js';
import { argumentsOf, isListAt, operationOf, rootFieldsOf, withValue } from './operation.js';
import type { RootField } from './operation.js';
import { isFor } from './roles.js';
import { SHALLOW } from './selection.js';
import { VIEWERS, markersOf, openTwoBooks } from './two-books.js';
import type { Place, Viewer } from './two-books.js';
import { createBareSchema } from '../../src/graphql/schema.js';
import { describeOnSqlite } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { guid } from '../support/world.js';

const schema = await createBareSchema();
const roots = rootFieldsOf(schema);
/** Rows of these types belong to nobody. */
const SHARED = ['Meter'];
const OURS = ['tenant', 'csp', 'stack'].map((kind) => guid(`${kind} ours`));

function caseOf({ root, field }: RootField): FieldCase {
  const found = (root === 'Query' ? QUERIES : MUTATIONS)[field];
  if (found === undefined) throw new Error(`${root}.${field} has no case in test/isolation/cases.ts.`);
  return found;
}

describe('the matrix', () => {
  it('has a case for every root field, and says of every argument and input field what it names', () => {
    const asked = Object.fromEntries(roots.map((one) => [`${one.root}.${one.field}`, [...argumentsOf(schema, one)]]));
    const known = { Query: QUERIES, Mutation: MUTATIONS };
    const said = Object.entries(known).flatMap(([root, cases]) =>
      Object.entries(cases).map(([field, { names }]) => [`${root}.${field}`, Object.keys(names)] as const),
    );
    const sorted = (entries: readonly (readonly [string, readonly string[]])[]) =>
      Object.fromEntries(entries.map(([field, paths]) => [field, [...paths].sort()]));
    expect(sorted(said)).toEqual(sorted(Object.entries(asked)));
  });
});

describeOnSqlite('what is somebody else’s', (server) => {
  let gateway: TestGateway;
  let ids: Readonly<Record<Place, KnownIds>>;
  let statements = 0;
  const tokens = new Map<string, string>();
  const cursors = new Map<string, string>();
  const size = { asked: 0, compared: 0, leaks: 0 };

  beforeAll(async () => {
    gateway = await openTwoBooks(server, { onStatement: () => (statements += 1) });
    ids = await idsOfPlaces(gateway);
    for (const { name, who } of VIEWERS) tokens.set(name, await gateway.token(who));
    tokens.set('everyone', await gateway.token({ role: 'OPERATOR', subject: 'everyone' }));
    for (const root of roots) {
      if (caseOf(root).names['after'] === undefined) continue;
      const { body } = await send('everyone', operationOf(schema, root, 'OPERATOR'), { ...caseOf(root).own, first: 1 });
      const cursor = /"(?:endCursor|cursor)":"([^"]+)"/.exec(body)?.[1];
      if (cursor === undefined) throw new Error(`${root.field} gives no cursor to somebody who sees everything.`);
      cursors.set(root.field, cursor);
    }
  });
  afterAll(async () => {
    process.stdout.write(
      `${server.label}: ${roots.length} root fields × ${VIEWERS.length} callers: ${size.asked} requests, ` +
        `${size.compared} comparisons of somebody else’s with nobody’s, ${size.leaks} leaks.\n`,
    );
    await gateway.close();
  });

  it('is there for somebody: each place has something of every node type', () => {
    const node = getNamedType(schema.getQueryType()?.getFields()['node']?.type);
    if (!isInterfaceType(node)) throw new Error('node is no interface.');
    const types = schema.getPossibleTypes(node).map(({ name }) => name);
    for (const { nodes } of Object.values(ids)) {
      expect(Object.keys(nodes).sort()).toEqual([...types].sort());
      expect(Object.entries(nodes).filter(([, found]) => found.length === 0)).toEqual([]);
    }
  });

  it.each(VIEWERS)('is in no answer to $name, whatever it asks about its own', async (viewer) => {
    const leaks: string[] = [];
    for (const root of roots.filter(({ root: type }) => type === 'Query')) {
      const { own, canBeEmpty = false } = caseOf(root);
      const { status, body } = await send(viewer.name, operationOf(schema, root, viewer.role), {
        ...ownIdsOf(root),
        ...own,
      });
      leaks.push(...markersIn(viewer, body).map((marker) => `${root.field}: ${marker}`));
      const isAllowed = isFor(viewer.role, 'Query', root.field);
      if (!isAllowed) expect([root.field, body]).toEqual([root.field, expect.stringContaining('"FORBIDDEN"')]);
      else if (viewer.limit === 'registration' && !canBeEmpty) {
        expect([root.field, status, body]).toEqual([root.field, 200, expect.stringContaining('ours')]);
      }
    }
    size.leaks += leaks.length;
    expect(leaks).toEqual([]);
  });

  it.each(VIEWERS)('is to $name like what does not exist, at every root field and argument', async (viewer) => {
    const leaks: string[] = [];
    for (const root of roots) {
      const operation = operationOf(schema, root, viewer.role, SHALLOW);
      const questions = questionsOf(root, viewer);
      // A role that may not ask is refused before its arguments are looked at: once will do.
      const some = isFor(viewer.role, root.root, root.field) ? questions : questions.slice(0, 1);
      for (const { at, foreign, nobodys, texts } of some) {
        const theirs = await send(viewer.name, operation, foreign);
        const none = await send(viewer.name, operation, nobodys);
        size.compared += 1;
        const isSame = theirs.status === none.status && sameButFor(texts, theirs.body, none.body);
        if (!isSame) leaks.push(`${at}: ${theirs.body.slice(0, 400)} <> ${none.body.slice(0, 400)}`);
        if (theirs.statements !== none.statements) {
          leaks.push(`${at}: ${theirs.statements} statements against ${none.statements}`);
        }
        leaks.push(...markersIn(viewer, without(theirs.body, texts)).map((marker) => `${at}: ${marker}`));
        // What names nobody finds nothing, and is not passed over either.
        const isPassedOver = root.root === 'Query' && OURS.some((marker) => none.body.includes(marker));
        if (isPassedOver) leaks.push(`${at}: the argument is passed over: ${none.body.slice(0, 400)}`);
      }
    }
    size.leaks += leaks.length;
    expect(leaks).toEqual([]);
  });

  it('adds nothing to a list in which it stands beside one’s own', async () => {
    for (const viewer of VIEWERS) {
      for (const root of roots.filter(({ root: type }) => type === 'Query')) {
        for (const [path, kind] of Object.entries(caseOf(root).names)) {
          const mine = nameAt(kind, 'ours');
          if (mine === null || !isListAt(schema, root, path)) continue;
          const theirs = viewer.foreign.flatMap((place) => nameAt(kind, place) ?? []);
          const operation = operationOf(schema, root, viewer.role, SHALLOW);
          const alone = await send(viewer.name, operation, withValue(caseOf(root).own, path, [mine]));
          const both = await send(viewer.name, operation, withValue(caseOf(root).own, path, [mine, ...theirs]));
          // A cursor is good for its own question only, and so differs.
          expect([viewer.name, path, withoutCursors(both.body)]).toEqual([
            viewer.name,
            path,
            withoutCursors(alone.body),
          ]);
        }
      }
    }
  });

  interface Question {
    readonly at: string;
    readonly foreign: object;
    readonly nobodys: object;
    /** What the questions themselves say, and an answer may repeat. */
    readonly texts: readonly string[];
  }

  /** Each argument that names something, asked by somebody else's name; and all of them at once. */
  function questionsOf(root: RootField, viewer: Viewer): readonly Question[] {
    const { names, own } = caseOf(root);
    return viewer.foreign.flatMap((place) => {
      const swaps = Object.entries(names).flatMap(([path, kind]) =>
        pairsOf(root, kind, place).map(([theirs, none]) => ({ path, theirs, none })),
      );
      const isVisible = (kind: Kind | undefined) => kind === 'registration' && place === 'neighbour';
      const single = swaps.filter(({ path }) => !isVisible(names[path])).map((swap) => [swap]);
      const named = swaps.filter(({ path }) => names[path] !== 'cursor');
      const together = new Set(named.map(({ path }) => path)).size > 1 ? [named] : [];
      return [...single, ...together].map((some) => {
        const set = (pick: 'theirs' | 'none') =>
          some.reduce<object>((variables, swap) => {
            const value = pick === 'none' && isVisible(names[swap.path]) ? swap.theirs : swap[pick];
            return withValue(variables, swap.path, isListAt(schema, root, swap.path) ? [value] : value);
          }, own);
        return {
          at: `${viewer.name} at ${root.field}(${some.map(({ path }) => path).join(', ')}) of ${place}`,
          foreign: set('theirs'),
          nobodys: set('none'),
          texts: some.flatMap(({ theirs, none }) => [theirs, none]),
        };
      });
    });
  }

  /** Somebody else's name and nobody's, of a kind. */
  function pairsOf({ field }: RootField, kind: Kind, place: Place): readonly (readonly [string, string])[] {
    const { nodes, keyId } = ids[place];
    switch (kind) {
      case 'node':
        return Object.entries(nodes)
          .filter(([type]) => !SHARED.includes(type) && !(type === 'Registration' && place === 'neighbour'))
          .flatMap(([, found]) => ends(found).map((id) => [id, nobodysId(id)] as const));
      case 'aggregate':
        return ends(nodes['UsageAggregate'] ?? []).map((id) => [id, nobodysId(id)] as const);
      case 'report':
        return (nodes['UsageReport'] ?? []).map((id) => [id, nobodysId(id)] as const);
      case 'keyId':
        return [[keyId, '0123456789abcdef']];
      case 'cursor':
        return [[cursors.get(field) ?? '', Buffer.from('nobody ever gave this cursor').toString('base64url')]];
      default: {
        const theirs = nameAt(kind, place);
        const none = nameAt(kind, 'nobody');
        return theirs === null || none === null ? [] : [[theirs, none]];
      }
    }
  }

  function ownIdsOf({ field }: RootField): object {
    const { nodes } = ids.ours;
    if (field === 'node') return { id: nodes['Tenant']?.[0] };
    if (field === 'nodes') return { ids: Object.values(nodes).flat() };
    return field === 'explainUsage' ? { aggregateId: nodes['UsageAggregate']?.[0] } : {};
  }

  async function send(caller: string, query: string, variables: object) {
    size.asked += 1;
    const before = statements;
    const { statusCode: status, body } = await gateway.http.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${tokens.get(caller)}` },
      payload: { query, variables },
    });
    const { data, errors } = JSON.parse(body) as { data?: unknown; errors?: unknown };
    if (/"(INTERNAL|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT|QUERY_TOO_EXPENSIVE)"/.test(body))
      throw new Error(body + query);
    return { status, body: JSON.stringify({ data, errors }), statements: statements - before };
  }
});

/** The first and the last: of aggregates, an hour and a day. */
function ends(found: readonly string[]): readonly string[] {
  return [...new Set([...found.slice(0, 1), ...found.slice(-1)])];
}

function without(body: string, texts: readonly string[]): string {
  return texts.reduce((text, name) => text.replaceAll(name, '<name>'), body);
}

/** A cursor is signed for its own question, and so no two questions have the same. */
function sameButFor(texts: readonly string[], left: string, right: string): boolean {
  return withoutCursors(without(left, texts)) === withoutCursors(without(right, texts));
}

function withoutCursors(body: string): string {
  return body.replaceAll(/"(cursor|startCursor|endCursor)":"[^"]+"/g, '"$1":"<cursor>"');
}

function markersIn({ foreign, limit }: Viewer, body: string): readonly string[] {
  return foreign.flatMap((place) => markersOf(place, limit)).filter((marker) => body.includes(marker));
}
