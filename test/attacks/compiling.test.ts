/** A45: documents that are sent to have the gateway compile, or to push out what it keeps for others. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'graphql';

import { compileOperation } from '../../src/graphql/execution/compiled-operation.js';
import { createDocumentStore } from '../../src/graphql/admission/document-store.js';
import { createSchema } from '../../src/graphql/schema.js';

const { compiledAgainst } = await createSchema();
const STANDARD = { schemas: compiledAgainst, fieldsMax: 300 };
const REVOKE = 'revokeApiKey(input: { keyId: "x" }) { userErrors { code } }';

describe('what is kept of documents', () => {
  it('A45 a flood of documents that are asked once keeps nothing, and pushes nothing out', async () => {
    const store = createDocumentStore({ documentsMax: 10, isTrusted: () => false });
    await ask(store, '{ viewer { role } }', 2);
    for (let n = 0; n < 20_000; n += 1) await ask(store, `{ viewer { a${n}: role } }`, 1);
    expect(store.size()).toBe(1);
    expect(await ask(store, '{ viewer { role } }', 1)).toBe('kept');
  });

  it('A45 a flood of documents that are asked again is bounded by their number', async () => {
    const store = createDocumentStore({ documentsMax: 10, isTrusted: () => false });
    for (let n = 0; n < 100; n += 1) await ask(store, `{ viewer { a${n}: role } }`, 3);
    expect(store.size()).toBe(10);
  });

  it('A45 a flood of long documents is bounded by their length', async () => {
    const store = createDocumentStore({ documentsMax: 500, isTrusted: () => false });
    const long = '# '.padEnd(99_000, 'long ');
    for (let n = 0; n < 30; n += 1) await ask(store, `{ viewer { a${n}: role } } ${long}`, 2);
    expect(store.size()).toBe(10);
  });

  it('A45 a trusted document is kept from the first time on', async () => {
    const trusted = hashOf('{ viewer { role } }');
    const store = createDocumentStore({ documentsMax: 10, isTrusted: (hash) => hash === trusted });
    await ask(store, '{ viewer { role } }', 1);
    expect(await ask(store, '{ viewer { role } }', 1)).toBe('kept');
  });
});

describe('what is compiled', () => {
  it('A45 is no operation that is short to write and long when its fragments are spread', () => {
    const fragments = Array.from(
      { length: 7 },
      (_, n) => `fragment f${n} on Viewer { ...f${n + 1} ...f${n + 1} role }`,
    );
    const bomb = `{ viewer { ...f0 ...f0 ...f0 } } ${fragments.join(' ')} fragment f7 on Viewer { role subject }`;
    expect(compileOperation(STANDARD, parse(bomb))).toBeNull();
    expect(compileOperation(STANDARD, parse('{ viewer { role } }'))).not.toBeNull();
  });

  it.each(['DATE', 'NAN', 'PLUS_INFINITY'])(
    'A45 never holds text that graphql-jit would execute (%s)',
    async (mark) => {
      // Private to graphql-jit, so it is looked up where that keeps it.
      const main = createRequire(import.meta.url).resolve('graphql-jit');
      const source = readFileSync(join(dirname(main), 'execution.js'), 'utf8');
      const marker = new RegExp(`__MAGIC_${mark}__[0-9a-f_]+`).exec(source)?.[0];
      expect(marker).toBeDefined();
      const escaped = String(marker).replaceAll(/./g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
      for (const literal of [`"${marker}(1)"`, `"a\\"${marker}(1)"`, `"""${marker}(1)"""`, `"${escaped}(1)"`]) {
        for (const question of [
          `{ meters(first: 1, category: ${literal}) { nodes { id } } }`,
          `query ($c: String = ${literal}) { meters(first: 1, category: $c) { nodes { id } } }`,
          `{ tenants(first: 1) { nodes { id } } usageAggregates(range: { from: ${literal}, to: "2026-01-01T00:00:00Z" }) {
            nodes { id } } }`,
          `mutation { upsertMeter(input: { meterId: ${literal} }) { userErrors { code } } }`,
        ]) {
          expect(compileOperation(STANDARD, parse(question))).toBeNull();
        }
      }
      const harmless = '{ meters(first: 1, category: "Managed Disks") { nodes { id } } }';
      expect(compileOperation(STANDARD, parse(harmless))).not.toBeNull();
    },
  );

  it('is nothing in which a variable that may be null stands in an object or a list', () => {
    const query = (type: string) =>
      `query ($it: ${type}) { usageAggregates(range: { from: $it, to: "2026-01-01T00:00:00Z" }) { nodes { id } } }`;
    expect(compileOperation(STANDARD, parse(query('DateTime')))).toBeNull();
    expect(compileOperation(STANDARD, parse(query('DateTime!')))).not.toBeNull();
    const alone = 'query ($it: String) { tenants(first: 1, reseller: $it) { nodes { id } } }';
    expect(compileOperation(STANDARD, parse(alone))).not.toBeNull();
    expect(compileOperation(STANDARD, parse('query ($it: ID) { nodes(ids: [$it]) { id } }'))).toBeNull();
  });

  it.each([
    ['a mutation of several fields', `mutation { a: ${REVOKE} b: ${REVOKE} }`],
    ['a mutation whose fields may be several', `mutation { ...f } fragment f on Mutation { ${REVOKE} }`],
    ['a subscription', 'subscription { windowClosed { closedBefore } }'],
    ['what names its answer so that JavaScript hides it', '{ viewer { __proto__: role } }'],
    ['what reads the schema', 'query { ...f } fragment f on Query { __schema { types { name } } }'],
    ['one of several operations', 'query a { viewer { role } } query b { viewer { role } }'],
    ['what cannot be compiled', '{ viewer { ...missing } }'],
  ])('is not %s', (_what, query) => {
    expect(compileOperation(STANDARD, parse(query))).toBeNull();
  });
});

type Store = ReturnType<typeof createDocumentStore>;

/** As the server asks: what is not kept is parsed, and told. Answers how the last time was. */
async function ask(store: Store, query: string, times: number): Promise<'kept' | 'parsed'> {
  let how: 'kept' | 'parsed' = 'parsed';
  for (let time = 0; time < times; time += 1) {
    const key = hashOf(query);
    how = (await store.get(key)) === undefined ? 'parsed' : 'kept';
    if (how === 'parsed') await store.set(key, parse(query));
  }
  return how;
}

function hashOf(query: string): string {
  return createHash('sha256').update(query).digest('hex');
}
