/**
 * Values that pretend to be something else.
 *
 * A47, whether a foreign tenant answers as fast as none, is measured by `npm run bench -- timing`; that it takes the
 * same statements, `test/isolation` says.
 */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fileCommerce } from '../../src/pipeline/reporting/clients/file-commerce.js';
import type { Quantity } from '../../src/primitives/quantity.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { sendQuery } from '../support/raw-request.js';
import { reportBatch } from '../support/reporting.js';
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

  it.each([
    ['1e308', 'QUANTITY_TOO_LARGE'],
    ['NaN', 'INVALID_QUANTITY'],
    ['-Infinity', 'INVALID_QUANTITY'],
    ['٣', 'INVALID_QUANTITY'],
    ['1,0', 'INVALID_QUANTITY'],
    ['0x10', 'INVALID_QUANTITY'],
    [' 1', 'INVALID_QUANTITY'],
    ['', 'INVALID_QUANTITY'],
    ['9'.repeat(10_000), 'INVALID_QUANTITY'],
  ])('A30 scalar injection: %.20s is no quantity over GraphQL either', async (quantity, code) => {
    const { meterId, resourceUri, location, stackSubscriptionId, usageStartTime, usageEndTime } = usageRecord();
    const record = { id: 'a30', meterId, resourceUri, location, stackSubscriptionId, usageStartTime, usageEndTime };
    const { status, codes, body } = await sendQuery(
      gateway,
      `mutation ($records: [UsageRecordInput!]!) { recordUsage(input: { registration: "hub", records: $records }) {
         receipt { accepted verdicts { verdict code } } userErrors { code } } }`,
      { variables: { records: [{ ...record, source: 'a30', quantity }] } },
    );
    expect({ status, codes, said: body.data.recordUsage }).toEqual({
      status: 200,
      codes: [],
      said: { receipt: { accepted: 0, verdicts: [{ verdict: 'REJECTED', code }] }, userErrors: [] },
    });
  });

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

  it.each(['=HYPERLINK("http://evil.example")', '+1+1', '-2+3', '@SUM(A1)', '\t=1+1', '\r=1+1', '\n=1+1'])(
    'A33 CSV injection: a resource, place, meter or unit called %j is text in the table of a report',
    async (text) => {
      const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-reports-'));
      const named = { location: text, resourceUri: text, meterName: text, unit: text };
      const batch = reportBatch([{ quantity: '-1.5' as Quantity, ...named }]);
      await fileCommerce(folder).send(batch, {
        signal: new AbortController().signal,
        renew: async () => undefined,
        isFirstTry: false,
      });
      const [name = ''] = await readdir(folder);
      const table = await readFile(join(folder, name, 'lines.csv'), 'utf8');
      const quoted = /["\r\n]/.test(text) ? `"'${text.replaceAll('"', '""')}"` : `'${text}`;
      const [{ meterId, stackSubscriptionId, tenantId, destinationSubscriptionId } = {}] = batch.lines;
      const ids = `${stackSubscriptionId},2026-03-08T00:00:00.000Z,2026-03-09T00:00:00.000Z,${tenantId}`;
      const where = `${destinationSubscriptionId},2026-03-08,2026-03-09`;
      expect(table.slice(table.indexOf('\r\n') + 2)).toBe(
        `key-0,${meterId},-1.5,${quoted},${quoted},${ids},${quoted},${quoted},${where}\r\n`,
      );
      await rm(folder, { recursive: true });
    },
  );

  it('A34 stored script: is answered as it was stored, in a type that no browser runs', async () => {
    const answer = await sendQuery(gateway, '{ tenants { nodes { name } } }');
    expect(answer.body.data.tenants.nodes).toEqual([{ name: '<img src=x onerror=alert(1)>' }]);
    expect(answer.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });
});
