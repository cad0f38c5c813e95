import { WHOLE_BOOKS, scope } from '../../src/access/scope.js';
import { findWatermark } from '../../src/collection/watermark-store.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import { deliveryOfRecord } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import { canonicalQuantity } from '../../src/primitives/quantity.js';
import { dayOf, firstHourOf, hourOf, hourText } from '../../src/primitives/windows.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { previewOpenBooks } from '../../src/reading/opening-preview.js';
import { getRegistration } from '../../src/registration/registration-store.js';
import type { Registration } from '../../src/registration/registration.entity.js';
import type { TestServer } from './databases.js';
import { openTestGateway } from './gateway.js';
import type { TestGateway } from './gateway.js';
import { METERS, guid, registerCustomer, setUpStamp, usageRecord } from './world.js';

export const BY = 'test';
export const GRACE = { graceMs: 6 * 3_600_000, by: BY };
export const RULE = { graceMs: GRACE.graceMs, pulledBefore: findWatermark };
export const TODAY = '2026-03-10';
export const day = (text: string) => dayOf(hourOf(Date.parse(text)));
export const STACKS = { contoso: guid('stack contoso'), fabrikam: guid('stack fabrikam'), stray: guid('stack stray') };

/** A registration that is set up, with two customers; a third stack subscription is nobody's. */
export async function openSetUp(
  server: TestServer,
): Promise<{ readonly gateway: TestGateway; readonly stamp: Registration }> {
  const gateway = await openTestGateway(server);
  const stamp = await setUpStamp(gateway.app);
  await registerCustomer(gateway.app, 'hub', 'contoso', { stackSubscriptions: [STACKS.contoso] });
  await registerCustomer(gateway.app, 'hub', 'fabrikam', { stackSubscriptions: [STACKS.fabrikam] });
  return { gateway, stamp };
}

export const noCheck = async () => undefined;

export function previewed({ app, clock }: TestGateway) {
  return app.db.inSnapshot((sql) => previewOpenBooks(sql, WHOLE_BOOKS, 'hub', { ...RULE, now: clock.now() }));
}

export function stored({ app }: TestGateway) {
  return getRegistration(app.db.reader, WHOLE_BOOKS, 'hub');
}

/** As many hours of a day, one record each. */
export function hoursOf(
  of: string,
  customer: keyof typeof STACKS,
  hours: number,
  name = 'once',
): readonly JsonObject[] {
  return Array.from({ length: hours }, (_, hour) =>
    usageRecord({
      id: `${of} ${customer} ${hour} ${name}`,
      stackSubscriptionId: STACKS[customer],
      usageStartTime: hourText(firstHourOf(day(of)) + hour),
      quantity: `${hour + 1}.${'123456789'.repeat(2)}`,
    }),
  );
}

/** Twelve records of a day: of everybody, of two meters. */
export function historyOf(of: number): readonly JsonObject[] {
  const names = Object.keys(STACKS) as (keyof typeof STACKS)[];
  return names.flatMap((customer, index) =>
    [0, 7, 13, 23].map((hour) =>
      usageRecord({
        id: `${of} ${customer} ${hour}`,
        stackSubscriptionId: STACKS[customer],
        meterId: hour % 2 === 0 ? METERS.vmHours : METERS.blobCapacity,
        usageStartTime: hourText(firstHourOf(of) + hour),
        quantity: `${of * (index + 1)}.000000000000000000000${hour + 101}`,
      }),
    ),
  );
}

export async function importHistory(
  app: Pipeline,
  { id }: Pick<Registration, 'id'>,
  records: readonly JsonObject[],
): Promise<void> {
  const deliveries = records.map((record) => deliveryOfRecord(record, app.clock.now()));
  const receipt = await recordUsage(app, { registrationId: id, receivedBy: BY, deliveries, asReported: true });
  expect(receipt.accepted).toBe(records.length);
}

export async function recordsBy({ app }: TestGateway, reason: string): Promise<number> {
  const [row] = await app.db.reader.query<{ records: number | null }>(
    `SELECT SUM(d.records) AS records FROM usage_day_total d JOIN destination f ON f.id = d.destination_id
      WHERE f.reason = ?`,
    [reason],
  );
  return Number(row?.records ?? 0);
}

/** What closing froze, in the form of the preview. */
export async function frozen({ app }: TestGateway, booksFrom: number) {
  const { reader } = app.db;
  const rows = await reader.query<{ isHistory: number; destinationId: number; meterId: number } & Sums>(
    `SELECT CASE WHEN a.reported_day < ? THEN 1 ELSE 0 END AS isHistory, a.destination_id AS destinationId,
            a.meter_id AS meterId, ${reader.dialect.sumOf('a.quantity')} AS quantity, SUM(a.records) AS records
       FROM daily_aggregate a GROUP BY CASE WHEN a.reported_day < ? THEN 1 ELSE 0 END, a.destination_id, a.meter_id
      ORDER BY 1, 2, 3`,
    [booksFrom, booksFrom],
  );
  return rows.map(({ isHistory, destinationId, meterId, quantity, records }) => ({
    ...{ isHistory: Number(isHistory) === 1, destinationId, meterId },
    ...{ quantity: canonicalQuantity(quantity), records: Number(records) },
  }));
}

interface Sums {
  readonly quantity: string;
  readonly records: number;
}

export async function expectLaws({ app }: TestGateway): Promise<void> {
  const everything = scope({ registrationIds: 'all', tenantIds: 'all' });
  const laws = await app.db.inSnapshot((sql) => checkInvariants({ sql, routingTables: app.routingTables }, everything));
  expect(laws.filter(({ holds }) => !holds)).toEqual([]);
}
