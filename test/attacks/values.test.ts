/**
 * Values that pretend to be something else.
 *
 * Left out, because what they attack does not exist yet: A33 (no export writes spreadsheets), A44 (no subscriptions)
 * and A45 (documents are not compiled). A32 is about log lines: requests are not logged, and what a caller sends
 * reaches no log. A47, whether a foreign tenant answers as fast as none, belongs to the isolation of tenants.
 */
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { sendQuery } from '../support/raw-request.js';
import { push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

const SUMMARY = `query ($filter: UsageFilterInput) {
  usageSummary(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }, filter: $filter) { nodes { quantity } } }`;
const AGGREGATES = `query ($filter: ResourceUsageFilterInput) {
  usageAggregates(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }, filter: $filter) { nodes { quantity } } }`;
const INJECTIONS = [
  "' OR 1=1--",
  "'; DROP TABLE usage_record; --",
  '%',
  '_',
  '\\',
  "\\' OR 1=1 -- ",
  '" OR ""="',
  '\u0000',
  "hub'/*",
  'ʼ OR 1=1',
];

describeOnSqlite('values that attack', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
    const registration = await registerStamp(gateway.app);
    await push(gateway.app, registration, [usageRecord()]);
    await registerCustomer(gateway.app, 'hub', '<img src=x onerror=alert(1)>');
  });
  afterAll(() => gateway.close());

  it.each([
    '0000-00-00T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-03-10T24:00:00Z',
    '2026-03-10T12:59:60Z',
    '2026-03-10T12:00:00+99:00',
    '٢٠٢٦-03-10T12:00:00Z',
    '2026-03-10',
    'now',
    '',
    '2026-03-10T12:00:00Z'.padEnd(10_000, '0'),
  ])('A30 scalar injection: %s is no moment', async (from) => {
    const query = `query ($from: DateTime!) {
      usageSummary(range: { from: $from, to: "2026-03-11T00:00:00Z" }) { nodes { quantity } } }`;
    const answer = await sendQuery(gateway, query, { variables: { from } });
    // A day alone is one way to write its midnight.
    if (from === '2026-03-10') expect(answer.codes).toEqual([]);
    else expect(answer).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
  });

  it.each(['tenant', "' OR 1=1", '00000000-0000-0000-0000-00000000000g', '{x}', '1'.repeat(10_000)])(
    'A30 scalar injection: %s is no GUID',
    async (id) => {
      const answer = await sendQuery(gateway, SUMMARY, { variables: { filter: { tenantIds: [id] } } });
      expect(answer).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
      expect(answer.text.length).toBeLessThan(25_000);
    },
  );

  it.each(INJECTIONS)('A31 SQL in a filter: %j is text that nothing is called by', async (text) => {
    for (const [query, filter] of [
      [SUMMARY, { registration: text }],
      [SUMMARY, { resellers: [text] }],
      [AGGREGATES, { resourceUri: text }],
      [AGGREGATES, { location: text }],
    ] as const) {
      const { codes, body } = await sendQuery(gateway, query, { variables: { filter } });
      expect(codes).toEqual([]);
      expect(Object.values(body.data as object)).toEqual([{ nodes: [] }]);
    }
    const whole = await sendQuery(gateway, SUMMARY, { variables: { filter: {} } });
    expect(whole.body.data.usageSummary.nodes).toEqual([{ quantity: '1' }]);
  });

  it.each(['r.qty; drop table x', 'TENANT DESC', 'tenant'])(
    'A31 SQL in an order: %s is no value of the enum',
    async (by) => {
      const query = `query ($by: [Grouping!]!) {
      usageSummary(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }, groupBy: $by) { nodes { quantity } } }`;
      expect(await sendQuery(gateway, query, { variables: { by: [by] } })).toMatchObject({
        status: 400,
        codes: ['BAD_USER_INPUT'],
      });
    },
  );

  it('A34 stored script: is answered as it was stored, in a type that no browser runs', async () => {
    const answer = await sendQuery(gateway, '{ tenants { nodes { name } } }');
    expect(answer.body.data.tenants.nodes).toEqual([{ name: '<img src=x onerror=alert(1)>' }]);
    expect(answer.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});
