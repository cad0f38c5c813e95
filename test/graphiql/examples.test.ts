import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// @ts-expect-error -- A script of the page, without types.
import { withDates as untyped } from '../../graphiql/dates.js';
import { DEMO_SEED } from '../../src/demo/demo-world.js';
import { loadDemo } from '../../src/demo/load-demo.js';
import { sqliteServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';

const withDates = untyped as (variables: string, now: number) => string;
const folder = join(import.meta.dirname, '..', '..', 'graphiql', 'examples');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort();
const NOW = '2026-03-10T12:30:00Z';
const DAYS = 4;

describe('the examples of the GraphiQL page', () => {
  const server = sqliteServer();
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await openTestGateway(server, { now: NOW });
    await loadDemo(gateway.app, { seed: DEMO_SEED, now: Date.parse(NOW), days: DAYS });
  });
  afterAll(async () => gateway.close());

  it.each(names)('%s is answered on a demo that ends today, and has something to show', async (name) => {
    const { data, errors } = await gateway.ask('OPERATOR', textOf(name), variablesOf(name));
    expect(errors).toEqual([]);
    for (const answer of Object.values(data as object)) {
      const rows: unknown = answer.nodes ?? answer.moves ?? answer;
      if (Array.isArray(rows)) expect(rows.length).toBeGreaterThan(0);
      else expect(rows).toBeTruthy();
    }
    for (const { holds } of data.invariants ?? []) expect(holds).toBe(true);
  });

  it('have titles of their own, in their first comment', () => {
    const titles = names.map((name) => /^# (.+)/.exec(textOf(name))?.[1]);
    expect(titles).not.toContain(undefined);
    expect(new Set(titles).size).toBe(names.length);
  });
});

describe('dates in example variables', () => {
  it('become UTC midnights of the day on which the page is opened', () => {
    const variables = '{ "from": "days-ago:30", "to": "days-ahead:1", "name": "days-ago" }';
    expect(JSON.parse(withDates(variables, Date.parse('2026-03-01T23:59:59Z')))).toEqual({
      from: '2026-01-30T00:00:00Z',
      to: '2026-03-02T00:00:00Z',
      name: 'days-ago',
    });
  });
});

function textOf(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function variablesOf(name: string): object {
  const file = name.replace(/\.graphql$/, '.json');
  if (!readdirSync(folder).includes(file)) return {};
  return JSON.parse(withDates(readFileSync(join(folder, file), 'utf8'), Date.parse(NOW))) as object;
}
