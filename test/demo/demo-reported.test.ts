import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import type { CommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import { DEMO_SEED, HUB, demoWorld } from '../../src/demo/demo-world.js';
import { loadDemo } from '../../src/demo/load-demo.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import type { CommerceTotal } from '../../src/pipeline/reporting/commerce-client.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';
import { hourOf } from '../../src/primitives/windows.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';

const NOW = '2026-03-10T12:30:00Z';
const DAYS = 6;
const RANGE = '{ from: "2026-03-04T00:00:00Z", to: "2026-03-10T00:00:00Z" }';
const HUB_WORLD = demoWorld(DEMO_SEED, hourOf(Date.parse(NOW)), DAYS).registrations[0]?.registration;
const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'explain-usage.md'), 'utf8');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describeOnSqlite('the demo, when everything that is due was closed and reported', (server) => {
  let gateway: TestGateway;
  let received: CommerceBooks;

  // The gateway is only asked.
  beforeAll(async () => {
    received = openCommerceBooks(':memory:');
    const commerce = commerceInProcess(received);
    gateway = await openTestGateway(server, { now: NOW, commerce });
    const { app } = gateway;
    await loadDemo(app, { seed: DEMO_SEED, now: Date.parse(NOW), days: DAYS });
    expect(await closeDueDays(app, { graceMs: 0, by: 'test' })).toMatchObject({ failures: [] });
    await prepareReports(app);
    const sent = await sendReports({ ...app, commerce, jitter: () => 0 }, new AbortController().signal);
    expect(sent).toMatchObject({ PENDING: 0, REFUSED: 0, GIVEN_UP: 0 });
  });
  afterAll(async () => {
    await gateway.close();
    received.close();
  });

  it('its closed usage is at the receiver, per Azure subscription and meter, to the last digit', async () => {
    const totals = received.totals(HUB_WORLD?.cloudId ?? '');
    const books = await closedUsage(gateway);
    expect(books.size).toBeGreaterThan(20);
    expect(sumsBy(totals, ({ destinationSubscriptionId: to, meterId }) => `${to} ${meterId}`)).toEqual(books);
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ reconcileReport(registration: "${HUB}") { isEqual isSupported } }`,
    );
    expect(data.reconcileReport).toEqual({ isEqual: true, isSupported: true });
    const { data: all } = await gateway.ask('OPERATOR', '{ usageReports(first: 200) { nodes { state receipt } } }');
    expect(all.usageReports.nodes.length).toBeGreaterThan(20);
    for (const report of all.usageReports.nodes) {
      expect(report).toEqual({ state: 'ACCEPTED', receipt: expect.any(String) as string });
    }
  });

  it('tenants without a mapping are on the base subscription, each meter with its whole sum', async () => {
    const query = `{ fallbackUsage(range: ${RANGE}, filter: { registration: "${HUB}" }, first: 1000) {
      nodes { quantity meter { meterId } } pageInfo { hasNextPage } } }`;
    const { data, errors } = await gateway.ask('OPERATOR', query);
    expect([errors, data?.fallbackUsage.pageInfo.hasNextPage]).toEqual([[], false]);
    const onBase = received
      .totals(HUB_WORLD?.cloudId ?? '')
      .filter(({ destinationSubscriptionId }) => destinationSubscriptionId === HUB_WORLD?.baseSubscriptionId);
    expect(onBase.length).toBeGreaterThan(3);
    interface Fallback {
      readonly quantity: string;
      readonly meter: { readonly meterId: string };
    }
    const fallback = sumsBy(data.fallbackUsage.nodes as readonly Fallback[], ({ meter }) => meter.meterId);
    expect(sumsBy(onBase, ({ meterId }) => meterId)).toEqual(fallback);
  });

  it('answers what README.md asks, to the letter', async () => {
    expect(readme).toContain(`--days ${DAYS} --until ${NOW.replace('12:30', '12:00')}`);
    const answers = blocksOf(readme, 'json').filter((text) => text.startsWith('{\n  "data"'));
    expect(answers).toHaveLength(1);
    for (const [index, question] of blocksOf(readme, 'graphql').entries()) {
      const { data, errors } = await gateway.ask('OPERATOR', question);
      expect({ errors, data }).toEqual({ errors: [], ...(JSON.parse(answers[index] ?? '') as object) });
    }
  });

  it('answers the queries of docs/explain-usage.md, in the shape that is printed there', async () => {
    const [find = '', explain = ''] = blocksOf(page, 'graphql');
    const range = { from: '2026-03-07T00:00:00Z', to: '2026-03-08T00:00:00Z' };
    const { data } = await gateway.ask('OPERATOR', find, { range });
    const vault = data.usageAggregates.nodes.find(
      (node: { readonly meter: { readonly name: string } }) => node.meter.name === 'Key Vault transactions',
    );
    const { data: answer, errors } = await gateway.ask('OPERATOR', explain, { aggregateId: vault.id });
    expect(errors).toEqual([]);
    const { explainUsage } = answer;
    expect(explainUsage).toMatchObject({ isWhole: true, sumOfRecords: vault.quantity });
    expect(explainUsage.report).toMatchObject({ state: 'ACCEPTED' });
    const printed: unknown = JSON.parse(blocksOf(page, 'json')[0] ?? '');
    expect(fieldsOf(printed)).toEqual(fieldsOf({ data: answer }));
  });
});

/** What the closed days of the hub add up to, by where it is billed and by meter: from the records' own totals. */
async function closedUsage({ app }: TestGateway): Promise<ReadonlyMap<string, string>> {
  const rows = await app.db.reader.query<{ destination: string | null; meterId: string; quantity: string }>(
    `SELECT c.csp_subscription_guid AS destination, m.meter_guid AS meterId, t.quantity
       FROM usage_day_total t JOIN stack_subscription s ON s.id = t.stack_subscription_id
       JOIN registration g ON g.id = s.registration_id AND g.name = ? AND t.reported_day < g.closed_before_day
       JOIN meter m ON m.id = t.meter_id JOIN destination d ON d.id = t.destination_id
       LEFT JOIN tenant_mapping x ON x.id = d.tenant_mapping_id
       LEFT JOIN csp_subscription c ON c.id = x.csp_subscription_id`,
    [HUB],
  );
  return sumsBy(rows, ({ destination, meterId }) => `${destination ?? HUB_WORLD?.baseSubscriptionId ?? ''} ${meterId}`);
}

function sumsBy<Row extends Pick<CommerceTotal, 'quantity'> | { readonly quantity: string }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): ReadonlyMap<string, string> {
  const sums = new Map<string, bigint>();
  for (const row of rows) sums.set(nameOf(row), (sums.get(nameOf(row)) ?? 0n) + toUnits(row.quantity));
  return new Map(
    [...sums].sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, sum]) => [name, fromUnits(sum)]),
  );
}

function blocksOf(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, block = '']) => block);
}

/** Names of fields at every depth, without values: the first element stands for a list. */
function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(fieldsOf);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fieldsOf(field)]));
}
