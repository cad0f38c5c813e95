import { getNamedType, isInterfaceType } from 'graphql';

import { MUTATIONS, QUERIES, nameAt } from './cases.js';
import type { FieldCase, Kind } from './cases.js';
import { idsOfDiscarded, idsOfPlaces, nobodysId } from './known-ids.js';
import type { KnownIds } from './known-ids.js';
import { argumentsOf, isListAt, operationOf, rootFieldsOf, withValue } from './operation.js';
import type { RootField } from './operation.js';
import { isFor } from './roles.js';
import { SHALLOW } from './selection.js';
import { DISCARDED, METRICS_TOKEN, REGISTRATION, SET_UP, VIEWERS, markersOf, openTwoBooks } from './two-books.js';
import type { Place, Viewer } from './two-books.js';
import type { Role } from '../../src/access/principal.js';
import { createBareSchema } from '../../src/graphql/schema.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { guid } from '../support/world.js';

const schema = await createBareSchema();
const roots = rootFieldsOf(schema);
/** Kinds of arguments that are ids of one type. */
const NODE_OF: Readonly<Partial<Record<Kind, string>>> = {
  report: 'UsageReport',
  refused: 'QuarantinedRecord',
  record: 'UsageRecord',
};
/** Roles differ in fields, limits in rows: of other databases, only the role that sees every field asks. */
const SEES_ALL_FIELDS: Role = 'OPERATOR';
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

describeEachDatabase('what is somebody else’s', (server) => {
  const viewers = VIEWERS.filter(({ role }) => server.dialect === 'sqlite' || role === SEES_ALL_FIELDS);
  let gateway: TestGateway;
  let ids: Readonly<Record<Place, KnownIds>>;
  let discarded: KnownIds['nodes'] = {};
  let statements = 0;
  const tokens = new Map<string, string>();
  const cursors = new Map<string, string>();
  const size = { asked: 0, compared: 0, leaks: 0 };

  beforeAll(async () => {
    gateway = await openTwoBooks(server, {
      onStatement: () => (statements += 1),
      beforeDiscarding: async (before) => void (discarded = await idsOfDiscarded(before)),
    });
    ids = await idsOfPlaces(gateway);
    for (const { name, who } of viewers) tokens.set(name, await gateway.token(who));
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
      `${server.label}: ${roots.length} root fields × ${viewers.length} callers: ${size.asked} requests, ` +
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
    expect(Object.entries(discarded).filter(([, found]) => found.length === 0)).toEqual([]);
  });

  it('is gone for everybody once it is discarded; the audit log alone tells of it', async () => {
    const found: string[] = [];
    const ofDiscarded = { ids: Object.values(discarded).flat() };
    for (const root of roots.filter(({ root: type }) => type === 'Query')) {
      const own = { ...ownIdsOf(root), ...caseOf(root).own, ...(root.field === 'nodes' && ofDiscarded) };
      const { body } = await send('everyone', operationOf(schema, root, 'OPERATOR'), own);
      const told = markersOf('vanished', 'registration').filter((marker) => body.includes(marker));
      if (root.field === 'auditLog') expect(told).toEqual(expect.arrayContaining([DISCARDED]));
      else found.push(...told.map((marker) => `${root.field}: ${marker}`));
    }
    // Meters are of all books: who sees the whole of them sees those of which there is no usage.
    expect(found).toEqual([`meters: ${guid('meter vanished')}`]);
  });

  it.each(viewers)('is in no answer to $name, whatever it asks about its own', async (viewer) => {
    const leaks: string[] = [];
    for (const root of roots.filter(({ root: type }) => type === 'Query')) {
      const { own, canBeEmpty = false } = caseOf(root);
      const { status, body } = await send(viewer.name, operationOf(schema, root, viewer.role), {
        ...ownIdsOf(root),
        ...own,
      });
      // What the caller was granted is told to it, whether it is there or not.
      const grant = root.field === 'viewer' ? JSON.stringify(viewer.who) : '';
      const found = markersIn(viewer, body).filter((marker) => !grant.includes(marker));
      leaks.push(...found.map((marker) => `${root.field}: ${marker}`));
      const isAllowed = isFor(viewer.role, 'Query', root.field);
      if (!isAllowed) expect([root.field, body]).toEqual([root.field, expect.stringContaining('"FORBIDDEN"')]);
      else if (viewer.limit === 'registration' && !canBeEmpty) {
        expect([root.field, status, body]).toEqual([root.field, 200, expect.stringContaining('ours')]);
      }
    }
    size.leaks += leaks.length;
    expect(leaks).toEqual([]);
  });

  it.each(viewers)('is to $name like what does not exist, at every root field and argument', async (viewer) => {
    const leaks: string[] = [];
    const nobodys = new Map<string, Promise<Answer>>();
    for (const root of roots) {
      const questions = questionsOf(root, viewer);
      // A role that may not ask is refused before its arguments are looked at: once will do.
      const some = isFor(viewer.role, root.root, root.field) ? questions : questions.slice(0, 1);
      for (const { at, operation, foreign, nobody, texts } of some) {
        const theirs = await send(viewer.name, operation, foreign);
        const key = JSON.stringify([operation, nobody]);
        // A question changes nothing: what is nobody's is asked about once, whoever it is compared with.
        const before = root.root === 'Query' ? nobodys.get(key) : undefined;
        const asked = before ?? send(viewer.name, operation, nobody);
        nobodys.set(key, asked);
        const none = await asked;
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
    for (const viewer of viewers) {
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

  it('is in no metric; the metrics are for who has their token, and that token is good for nothing else', async () => {
    const read = async (token: string | null) => {
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const { statusCode, body } = await gateway.http.inject({ url: '/metrics', headers });
      return { status: statusCode, body };
    };
    const refused = JSON.stringify({ error: { code: 'UNAUTHENTICATED', message: 'Send the token of METRICS_TOKEN.' } });
    for (const token of [null, 'wrong', METRICS_TOKEN.slice(1), ...tokens.values()]) {
      expect(await read(token)).toEqual({ status: 401, body: refused });
    }
    const { status, body } = await read(METRICS_TOKEN);
    expect([status, body]).toEqual([200, expect.stringContaining('usage_gateway_closing_closed_days 4\n')]);
    const own = body.split('\n').filter((line) => line.startsWith('usage_gateway_'));
    // Sums over everyone are all there is: no label names a registration, a tenant or anything of theirs.
    expect(own.filter((line) => /ours|neighbour|stranger|hub|[0-9a-f]{8}-/.test(line))).toEqual([]);
    const labels = own.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, name]) => name));
    expect(['registration', 'tenant', 'reseller', 'subscription'].filter((name) => labels.includes(name))).toEqual([]);
    for (const url of ['/graphql', '/v1/usage?registration=ours-hub', '/subscriptions/x']) {
      const headers = { authorization: `Bearer ${METRICS_TOKEN}`, 'content-type': 'application/json' };
      const answer = await gateway.http.inject({
        method: url === '/subscriptions/x' ? 'PUT' : 'POST',
        url,
        headers,
        payload: '{}',
      });
      expect([url, answer.statusCode]).toEqual([url, 401]);
    }
  });

  interface Question {
    readonly at: string;
    readonly operation: string;
    readonly foreign: object;
    readonly nobody: object;
    /** What the questions themselves say, and an answer may repeat. */
    readonly texts: readonly string[];
  }

  /** Somebody else's names and nobody's, to be put at one argument. */
  interface Swap {
    readonly path: string;
    readonly theirs: readonly string[];
    readonly none: readonly string[];
    readonly nodeType?: string;
  }

  /** Each argument that names something, asked by somebody else's name; and all of them at once. */
  function questionsOf(root: RootField, viewer: Viewer): readonly Question[] {
    const { names, own } = caseOf(root);
    return viewer.foreign.flatMap((place) => {
      const swaps = Object.entries(names).flatMap(([path, kind]) => swapsOf(root, path, kind, place));
      const isVisible = (kind: Kind | undefined) => kind === 'registration' && place === 'neighbour';
      const single = swaps.filter(({ path }) => !isVisible(names[path])).map((swap) => [swap]);
      const named = swaps.filter(({ path }) => names[path] !== 'cursor');
      const together = new Set(named.map(({ path }) => path)).size > 1 ? [named] : [];
      return [...single, ...together].map((some) => {
        const set = (pick: 'theirs' | 'none') =>
          some.reduce<object>((variables, swap) => {
            const value = pick === 'none' && isVisible(names[swap.path]) ? swap.theirs : swap[pick];
            return withValue(variables, swap.path, isListAt(schema, root, swap.path) ? value : value[0]);
          }, own);
        const nodeType = some.find((swap) => swap.nodeType !== undefined)?.nodeType;
        return {
          at: `${viewer.name} at ${root.field}(${some.map(({ path }) => path).join(', ')}) of ${place}`,
          operation: operationOf(schema, root, viewer.role, {
            ...SHALLOW,
            ...(nodeType !== undefined && { nodeType }),
          }),
          foreign: set('theirs'),
          nobody: set('none'),
          texts: some.flatMap(({ theirs, none }) => [...theirs, ...none]),
        };
      });
    });
  }

  /** What is asked at an argument of a kind: a list by all names at once, anything else by one after the other. */
  function swapsOf(root: RootField, path: string, kind: Kind, place: Place): readonly Swap[] {
    const pairs = pairsOf(root, kind, place);
    if (!isListAt(schema, root, path)) {
      return pairs.map(({ theirs, none, nodeType }) => ({
        path,
        theirs: [theirs],
        none: [none],
        ...(nodeType !== undefined && { nodeType }),
      }));
    }
    if (pairs.length === 0) return [];
    return [{ path, theirs: pairs.map(({ theirs }) => theirs), none: pairs.map(({ none }) => none) }];
  }

  interface Pair {
    readonly theirs: string;
    readonly none: string;
    readonly nodeType?: string;
  }

  /** Somebody else's name and nobody's, of a kind. */
  function pairsOf({ field }: RootField, kind: Kind, place: Place): readonly Pair[] {
    const { nodes, keyId } = ids[place];
    // What is discarded is asked about with what is on the other stamp: whoever asks was granted all of it once.
    const isAlso = place === 'stranger';
    const pairsOfType = (type: string, found = nodes[type] ?? []) =>
      [...(isAlso ? ends(discarded[type] ?? []) : []), ...found].map((id) => ({ theirs: id, none: nobodysId(id) }));
    const type = NODE_OF[kind];
    if (type !== undefined) return pairsOfType(type);
    switch (kind) {
      case 'node':
        return Object.entries(nodes)
          .filter(([type]) => !(type === 'Registration' && place === 'neighbour'))
          .flatMap(([nodeType, found]) => pairsOfType(nodeType, ends(found)).map((pair) => ({ ...pair, nodeType })));
      case 'aggregate':
        return pairsOfType('UsageAggregate', ends(nodes['UsageAggregate'] ?? []));
      case 'registration':
        return [...(isAlso ? [DISCARDED, SET_UP[place]] : []), REGISTRATION[place]].map((theirs) => ({
          theirs,
          none: 'nobodys-hub',
        }));
      case 'keyId':
        return [{ theirs: keyId, none: '0123456789abcdef' }];
      case 'cursor':
        return [
          {
            theirs: cursors.get(field) ?? '',
            none: Buffer.from('nobody ever gave this cursor').toString('base64url'),
          },
        ];
      default: {
        const theirs = nameAt(kind, place);
        const none = nameAt(kind, 'nobody');
        return theirs === null || none === null ? [] : [{ theirs, none }];
      }
    }
  }

  function ownIdsOf({ field }: RootField): object {
    const { nodes } = ids.ours;
    if (field === 'node') return { id: nodes['Tenant']?.[0] };
    if (field === 'nodes') return { ids: Object.values(nodes).flat() };
    return field === 'explainUsage' ? { aggregateId: nodes['UsageAggregate']?.[0] } : {};
  }

  async function send(caller: string, query: string, variables: object): Promise<Answer> {
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

interface Answer {
  readonly status: number;
  readonly body: string;
  /** How many statements of our own it took. */
  readonly statements: number;
}

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
  return [...foreign, 'vanished' as const]
    .flatMap((place) => markersOf(place, limit))
    .filter((marker) => body.includes(marker));
}
