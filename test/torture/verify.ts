import { STAMP } from './senders.js';
import type { Sent, SentRecord } from './senders.js';
import { guid } from '../support/world.js';
import type { App } from '../../src/app.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';

/** What the run came to. */
export interface Figures {
  readonly kills: number;
  readonly batches: number;
  readonly records: number;
  readonly repeated: number;
  readonly retries: number;
  readonly closedDays: number;
  readonly reports: number;
  readonly attempts: number;
}

interface Running {
  readonly app: App;
  readonly sent: Sent;
  /** Of a gateway that serves. */
  readonly gatewayUrl: string;
  readonly readerToken: string;
  readonly receiverUrl: string;
}

/** Throws while there is usage of an open day, or a report that the receiver has not taken. */
export async function mustBeSettled({ db }: App): Promise<void> {
  const [open] = await db.reader.query<{ days: number }>(
    `SELECT COUNT(*) AS days FROM usage_day_total t JOIN stack_subscription s ON s.id = t.stack_subscription_id
       JOIN registration g ON g.id = s.registration_id WHERE t.reported_day >= g.closed_before_day`,
  );
  const [unreported] = await db.reader.query<{ days: number }>(
    `SELECT COUNT(*) AS days FROM closed_day c LEFT JOIN usage_report_day r
         ON r.registration_id = c.registration_id AND r.reported_day = c.reported_day
      WHERE r.registration_id IS NULL`,
  );
  const states = await db.reader.query<{ state: string; reports: number }>(
    'SELECT state, COUNT(*) AS reports FROM usage_report GROUP BY state',
  );
  const found = { open: Number(open?.days), unreported: Number(unreported?.days), states };
  if (found.open === 0 && found.unreported === 0 && states.length === 1 && states[0]?.state === 'ACCEPTED') return;
  throw new Error(`Something is left: ${JSON.stringify(found)}`);
}

/** Throws unless the books, the laws and the receiver all say what the senders know. */
export async function mustBeWhole(running: Running): Promise<void> {
  const { sent } = running;
  const records = [...sent.records.values()];
  if (records.length === 0) throw new Error('Nothing was sent.');
  const expected = sumsOf(records, ({ customer, meterId }) => `${customer.stackSubscription} ${meterId}`);
  for (const table of ['usage_record', 'usage_day_total', 'daily_aggregate'] as const) {
    mustEqual(table, await booksOf(running.app, table), expected);
  }
  const lines = await mustHaveReceived(running, records);
  const [row] = await running.app.db.reader.query<{ frozen: number }>('SELECT COUNT(*) AS frozen FROM daily_aggregate');
  if (Number(row?.frozen) !== lines) throw new Error(`${row?.frozen} aggregates were frozen, ${lines} lines received.`);
  await mustHoldLaws(running);
}

/** What the receiver has, per Azure subscription and meter; answers how many lines that are. */
async function mustHaveReceived({ receiverUrl }: Running, records: readonly SentRecord[]): Promise<number> {
  const response = await fetch(`${receiverUrl}/totals?cloudId=${guid(`cloud ${STAMP}`)}`);
  const { totals } = (await response.json()) as {
    readonly totals: readonly {
      readonly destinationSubscriptionId: string;
      readonly meterId: string;
      readonly quantity: string;
      readonly lines: number;
    }[];
  };
  const received = totals.map(
    ({ destinationSubscriptionId, meterId, quantity }) =>
      [`${destinationSubscriptionId} ${meterId}`, quantity] as const,
  );
  const expected = sumsOf(records, ({ customer, meterId }) => `${customer.destination} ${meterId}`);
  const sums = new Map([...expected].map(([name, { quantity }]) => [name, quantity]));
  mustEqual('receiver', new Map(received), sums);
  return totals.reduce((lines, total) => lines + total.lines, 0);
}

async function mustHoldLaws({ gatewayUrl, readerToken }: Running): Promise<void> {
  const query = `{ invariants { name holds detail }
    reconcileReport(registration: "${STAMP}") { isEqual isSupported } }`;
  const response = await fetch(`${gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${readerToken}` },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as {
    readonly data: {
      readonly invariants: readonly { readonly holds: boolean }[];
      readonly reconcileReport: { readonly isEqual: boolean; readonly isSupported: boolean };
    } | null;
  };
  const broken = data?.invariants.filter(({ holds }) => !holds);
  const { isEqual, isSupported } = data?.reconcileReport ?? {};
  if (broken?.length === 0 && isEqual === true && isSupported === true) return;
  throw new Error(`A law is broken: ${JSON.stringify({ status: response.status, broken, isEqual, isSupported })}`);
}

interface Sum {
  readonly quantity: string;
  readonly records: number;
}

async function booksOf(
  { db: { reader } }: App,
  table: 'usage_record' | 'usage_day_total' | 'daily_aggregate',
): Promise<ReadonlyMap<string, Sum>> {
  const count = table === 'usage_record' ? 'COUNT(*)' : 'SUM(t.records)';
  const rows = await reader.query<{ name: string; quantity: string; records: number | string; meter: string }>(
    `SELECT s.stack_subscription_guid AS name, m.meter_guid AS meter, ${count} AS records,
            ${reader.dialect.sumOf('t.quantity')} AS quantity
       FROM ${table} t JOIN stack_subscription s ON s.id = t.stack_subscription_id JOIN meter m ON m.id = t.meter_id
      GROUP BY s.stack_subscription_guid, m.meter_guid`,
  );
  return new Map(
    rows.map(({ name, meter, quantity, records }) => [
      `${name} ${meter}`,
      { quantity: fromUnits(toUnits(quantity)), records: Number(records) },
    ]),
  );
}

function sumsOf(records: readonly SentRecord[], nameOf: (record: SentRecord) => string): ReadonlyMap<string, Sum> {
  const sums = new Map<string, { units: bigint; records: number }>();
  for (const record of records) {
    const sum = sums.get(nameOf(record)) ?? { units: 0n, records: 0 };
    sums.set(nameOf(record), { units: sum.units + record.units, records: sum.records + 1 });
  }
  return new Map([...sums].map(([name, sum]) => [name, { quantity: fromUnits(sum.units), records: sum.records }]));
}

function mustEqual(where: string, found: ReadonlyMap<string, unknown>, expected: ReadonlyMap<string, unknown>): void {
  const text = (map: ReadonlyMap<string, unknown>) =>
    JSON.stringify([...map].sort(([left], [right]) => (left < right ? -1 : 1)));
  if (text(found) !== text(expected)) {
    throw new Error(`${where} holds ${text(found)}, and not ${text(expected)}.`);
  }
}

export async function figuresOf({ db }: App, sent: Sent, kills: number): Promise<Figures> {
  const [closed] = await db.reader.query<{ days: number }>('SELECT COUNT(*) AS days FROM closed_day');
  const [reports] = await db.reader.query<{ reports: number; attempts: number | string }>(
    'SELECT COUNT(*) AS reports, SUM(attempts) AS attempts FROM usage_report',
  );
  const { batches, repeated, retries } = sent;
  return {
    ...{ kills, batches, records: sent.records.size, repeated, retries },
    ...{ closedDays: Number(closed?.days), reports: Number(reports?.reports), attempts: Number(reports?.attempts) },
  };
}
