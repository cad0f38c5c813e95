import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { deliveriesOfProvider, readUsageFile } from '../../src/pipeline/ingestion/usage-wire.js';
import type { UsageReceipt } from '../../src/pipeline/ingestion/verdict.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { exactSums, exactly } from '../support/exact-sum.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { guid, registerCustomer, registerStamp } from '../support/world.js';

/** One hour of usage that a real stamp reported, as Microsoft published it under the MIT licence. */
const BYTES = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'provider-usage-hour.json'));
const ROWS = rowsOfFile(BYTES.toString('utf8'));
const RANGE = '{ from: "2019-12-10T00:00:00Z", to: "2019-12-11T00:00:00Z" }';

/** Used in both of the hours 17:00 and 18:00. */
const STACK = '61b6d653-6ad9-40b3-a15a-77e2f8958135';
const CUT = '2019-12-10T18:00:00.000Z';

/** What the queries of this file ask for. */
interface Answered {
  readonly stackSubscription: { readonly stackSubscriptionId: string };
  readonly meter: { readonly meterId: string };
  readonly resource: { readonly uri: string };
  readonly usageWindow: { readonly start: string };
  readonly destination: { readonly destinationSubscriptionId: string; readonly reason: string };
  readonly quantity: string;
}

interface Row {
  readonly stackSubscriptionId: string;
  readonly meterId: string;
  readonly uri: string;
  readonly start: string;
  /** As it stands in the file. */
  readonly quantity: string;
}

describeEachDatabase('a real hour of a stamp', (server) => {
  it('is taken in once: 236 accepted, then 236 duplicates', async () => {
    const gateway = await openTestGateway(server);
    const { id } = await registerStamp(gateway.app);
    const [first, again] = [await ingest(gateway, id), await ingest(gateway, id)];
    expect(first).toMatchObject({ accepted: 236, duplicates: 0, conflicts: 0, rejected: 0 });
    expect(again).toMatchObject({ accepted: 0, duplicates: 236, conflicts: 0, rejected: 0 });
    await gateway.close();
  });

  it('comes back to the last digit, record by record and added up at every level', async () => {
    const gateway = await openWithUsage(server);
    const { data, errors } = await gateway.ask(
      'OPERATOR',
      `{ usageRecords(first: 1000, range: ${RANGE}, clock: USAGE) { nodes {
           quantity stackSubscription { stackSubscriptionId } meter { meterId } resource { uri } usageWindow { start } } }
         hourly: usageAggregates(first: 1000, range: ${RANGE}) { nodes { quantity meter { meterId } } }
         daily: usageAggregates(first: 1000, range: ${RANGE}, granularity: DAILY) {
           nodes { quantity meter { meterId } } }
         usageSummary(first: 1000, range: ${RANGE}, groupBy: [TENANT]) { nodes { quantity meter { meterId } } } }`,
    );
    expect(errors).toEqual([]);
    const read = data.usageRecords.nodes.map((node: Answered) => ({
      stackSubscriptionId: node.stackSubscription.stackSubscriptionId,
      meterId: node.meter.meterId,
      uri: node.resource.uri,
      start: node.usageWindow.start,
      quantity: node.quantity,
    }));
    expect(sorted(read)).toEqual(sorted(ROWS));

    const ofFile = exactSums(
      ROWS,
      ({ meterId }) => meterId,
      ({ quantity }) => quantity,
    );
    expect(Object.keys(ofFile).length).toBeGreaterThan(5);
    for (const level of [data.usageRecords, data.hourly, data.daily, data.usageSummary]) {
      const sums = exactSums<Answered>(
        level.nodes,
        ({ meter }) => meter.meterId,
        ({ quantity }) => quantity,
      );
      expect(sums).toEqual(ofFile);
    }
    await gateway.close();
  });

  it('splits at the hour from which its tenant is mapped; all other usage names the base subscription and why', async () => {
    const gateway = await openWithUsage(server);
    const { tenantId, cspSubscriptionId } = await registerCustomer(gateway.app, 'hub', 'Contoso', {
      stackSubscriptions: [STACK],
    });
    await mapTenant(gateway.app, WHOLE_BOOKS, {
      registration: 'hub',
      tenantId,
      cspSubscriptionId,
      effectiveFrom: hourOf(Date.parse(CUT)),
      by: 'test',
    });
    const expected = ROWS.map(({ stackSubscriptionId, start }) => {
      const isCustomer = stackSubscriptionId === STACK;
      const isMapped = isCustomer && start >= CUT;
      return {
        stackSubscriptionId,
        start,
        billed: isMapped ? cspSubscriptionId : guid('base hub'),
        reason: isMapped ? 'MAPPED' : isCustomer ? 'TENANT_NOT_MAPPED' : 'TENANT_UNKNOWN',
      };
    });
    expect(new Set(expected.filter((row) => row.stackSubscriptionId === STACK).map(({ reason }) => reason)).size).toBe(
      2,
    );
    for (const field of ['usageRecords', 'usageAggregates']) {
      const { data, errors } = await gateway.ask(
        'CSP_ADMIN',
        `{ ${field}(first: 1000, range: ${RANGE}, clock: USAGE) { nodes { stackSubscription { stackSubscriptionId }
             usageWindow { start } destination { destinationSubscriptionId reason } } } }`,
      );
      expect(errors).toEqual([]);
      const read = data[field].nodes.map((node: Answered) => ({
        stackSubscriptionId: node.stackSubscription.stackSubscriptionId,
        start: node.usageWindow.start,
        billed: node.destination.destinationSubscriptionId,
        reason: node.destination.reason,
      }));
      expect(sorted(read)).toEqual(sorted(expected));
    }
    await gateway.close();
  });
});

async function openWithUsage(server: TestServer): Promise<TestGateway> {
  const gateway = await openTestGateway(server);
  const { id } = await registerStamp(gateway.app);
  await ingest(gateway, id);
  return gateway;
}

async function ingest({ app }: TestGateway, registrationId: number): Promise<UsageReceipt> {
  const now = app.clock.now();
  const read = readUsageFile(BYTES, now);
  if (read.format !== 'provider-response') throw new Error(`The file was taken for ${read.format}.`);
  const reportedHour = read.response.latestUsageHour ?? 0;
  const deliveries = deliveriesOfProvider(read.response, { reportedHour, source: 'stamp', now });
  return recordUsage(app, { registrationId, receivedBy: 'test', deliveries });
}

/** The file's rows; the digits of their quantities are cut out of the text, for JSON.parse would round them. */
function rowsOfFile(text: string): Row[] {
  const digits = [...text.matchAll(/"quantity":\s*([^,\s}]+)/g)].map(([, number = '']) => number);
  const { value } = JSON.parse(text) as { value: { properties: Record<string, string> }[] };
  return value.map(({ properties }, index) => {
    const { 'Microsoft.Resources': instance } = JSON.parse(properties['instanceData'] ?? '') as Record<
      string,
      { readonly resourceUri: string }
    >;
    return {
      stackSubscriptionId: String(properties['subscriptionId']).toLowerCase(),
      meterId: String(properties['meterId']).toLowerCase(),
      uri: instance?.resourceUri ?? '',
      start: new Date(String(properties['usageStartTime'])).toISOString(),
      quantity: String(digits[index]),
    };
  });
}

/** One line per row, quantities as exact numbers. */
function sorted(rows: readonly object[]): string[] {
  return rows
    .map((row) =>
      JSON.stringify({ ...row, ...('quantity' in row && { quantity: `${exactly(String(row.quantity))}` }) }),
    )
    .sort();
}
