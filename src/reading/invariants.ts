import { checkCorrections, listOlderCorrections } from './corrections.js';
import { checkSeals } from './seals.js';
import { listReadableSubscriptions } from './usage-filter.js';
import type { ReadableSubscription } from './usage-filter.js';
import { createRouter } from './usage-router.js';
import type { Reading } from './usage-aggregates.js';
import { among, inScope, inWholeRegistrations } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { dayOfHour, sumOf } from '../database/dialect.js';
import type { Sql } from '../database/transaction.js';
import { sameAggregate } from '../pipeline/closing/daily-aggregate-store.js';
import { fromUnits, toUnits } from '../primitives/quantity.js';
import { dayOf, monthOf } from '../primitives/windows.js';
import type { Day, Hour } from '../primitives/windows.js';

/** The conservation laws of the books. */
export const INVARIANTS = [
  'RECORDS_EQUAL_DAY_TOTALS',
  'EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN',
  'EVERY_TOTAL_NAMES_ITS_MAPPING',
  'CLOSED_DAY_TOTALS_EQUAL_MONTH_TOTALS',
  'FROZEN_AGGREGATES_EQUAL_CLOSED_DAY_TOTALS',
  'CLOSED_DAYS_ARE_AS_SEALED',
  'EVERY_REPORTED_DAY_IS_ON_ITS_LINES',
  'MAPPINGS_NEVER_OVERLAP',
  'NO_RECORD_IS_CORRECTED_BELOW_ZERO',
] as const;
export type InvariantName = (typeof INVARIANTS)[number];

/** One law, evaluated. */
export interface Invariant {
  readonly name: InvariantName;
  readonly holds: boolean;
  /** What was compared; where it does not hold, the first differences. */
  readonly detail: string;
}

const DIFFERENCES_SHOWN = 5;
const EXCEPTIONS_SHOWN = 50;
const SUBSCRIPTIONS_PER_QUESTION = 50;

/**
 * Evaluates the laws over everything in scope. It reads every record, so its cost is that of the history. `sql` must be
 * one snapshot: rows that arrive in between would look like a difference.
 */
export async function checkInvariants({ sql, routingTables }: Reading, scope: Scope): Promise<readonly Invariant[]> {
  const records = new Sums();
  const totals = new Sums();
  const routed = new Sums();
  const routedTotals = new Sums();
  const closed = new Sums();
  const months = new Sums();
  const closedDays = new Sums();
  const frozen = new Sums();
  const strays: string[] = [];
  let references = 0;
  const older = await listOlderCorrections(sql, scope);
  const miscorrected: string[] = [];
  let corrected = 0;
  for await (const subscriptions of inParts(sql, scope)) {
    const ids = subscriptions.map(({ id }) => id);
    const boundaryOf = new Map(subscriptions.map(({ id, closedBeforeDay }) => [id, closedBeforeDay]));
    const known = await lookAtReferences(sql, ids);
    strays.push(...known.strays);
    references += known.references;
    const corrections = await checkCorrections(sql, ids, older);
    miscorrected.push(...corrections.differences);
    corrected += corrections.corrected;
    const hours = await hourlySums(sql, ids);
    const routes = await createRouter(sql, routingTables, subscriptions).route(hours);
    hours.forEach((hour, index) => {
      const key = [hour.stackSubscriptionId, dayOf(hour.usageHour), hour.reportedDay, hour.meterId];
      records.add(key, hour);
      routed.add([...key, routes[index]?.destinationId ?? 0], hour);
    });
    for (const day of await dayTotals(sql, ids)) {
      const key = [day.stackSubscriptionId, day.usageDay, day.reportedDay, day.meterId];
      totals.add(key, day);
      routedTotals.add([...key, day.destinationId], day);
      if (day.reportedDay >= (boundaryOf.get(day.stackSubscriptionId) ?? 0)) continue;
      closedDays.add([...key, day.destinationId], day);
      closed.add([day.stackSubscriptionId, monthOf(day.usageDay), day.meterId, day.destinationId], day);
    }
    for (const day of await dayTotals(sql, ids, 'daily_aggregate')) {
      const key = [day.stackSubscriptionId, day.usageDay, day.reportedDay, day.meterId];
      frozen.add([...key, day.destinationId], day);
    }
    for (const month of await monthTotals(sql, ids)) {
      months.add([month.stackSubscriptionId, month.usageMonth, month.meterId, month.destinationId], month);
    }
  }
  const seals = await checkSeals(sql, scope);
  return [
    verdict('RECORDS_EQUAL_DAY_TOTALS', records.differencesTo(totals), `${totals.size} day totals`),
    verdict('EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN', strays, `${references} references of records and totals`),
    verdict(
      'EVERY_TOTAL_NAMES_ITS_MAPPING',
      routed.differencesTo(routedTotals),
      `${routedTotals.size} destinations of day totals`,
    ),
    verdict('CLOSED_DAY_TOTALS_EQUAL_MONTH_TOTALS', closed.differencesTo(months), `${months.size} month totals`),
    verdict(
      'FROZEN_AGGREGATES_EQUAL_CLOSED_DAY_TOTALS',
      frozen.differencesTo(closedDays),
      `${closedDays.size} totals of closed days`,
    ),
    verdict('CLOSED_DAYS_ARE_AS_SEALED', seals.differences, `${seals.days} closed days`),
    await daysAreOnTheirLines(sql, scope),
    await mappingsNeverOverlap(sql, scope),
    verdict(
      'NO_RECORD_IS_CORRECTED_BELOW_ZERO',
      miscorrected,
      `${corrected} corrected records${excepted(older.names)}`,
    ),
  ];
}

/** What was corrected against the rule before it was one, by usage day and identity. */
function excepted(names: ReadonlySet<string>): string {
  if (names.size === 0) return '';
  const shown = [...names].slice(0, EXCEPTIONS_SHOWN).map((name) => `${name.slice(32)}/${name.slice(0, 32)}`);
  return `, but for ${names.size} that were corrected before the rule was: ${shown.join(', ')}`;
}

interface Amount {
  readonly quantity: string;
  readonly records: number;
}

/** Exact sums by key, to be compared with others. */
class Sums {
  readonly #sums = new Map<string, { units: bigint; records: number }>();

  get size(): number {
    return this.#sums.size;
  }

  add(key: readonly number[], { quantity, records }: Amount): void {
    const name = key.join('/');
    const sum = this.#sums.get(name) ?? { units: 0n, records: 0 };
    sum.units += toUnits(quantity);
    sum.records += Number(records);
    this.#sums.set(name, sum);
  }

  differencesTo(others: Sums): string[] {
    const names = new Set([...this.#sums.keys(), ...others.#sums.keys()]);
    return [...names].flatMap((name) => {
      const left = this.#text(name);
      const right = others.#text(name);
      return left === right ? [] : [`${name}: ${left} against ${right}`];
    });
  }

  #text(name: string): string {
    const sum = this.#sums.get(name);
    return sum === undefined ? 'nothing' : `${fromUnits(sum.units)} in ${sum.records} records`;
  }
}

async function* inParts(sql: Sql, scope: Scope): AsyncGenerator<readonly ReadableSubscription[]> {
  let fromId = 0;
  for (;;) {
    const all = await listReadableSubscriptions(sql, scope, {}, fromId);
    for (let start = 0; start < all.length; start += SUBSCRIPTIONS_PER_QUESTION) {
      yield all.slice(start, start + SUBSCRIPTIONS_PER_QUESTION);
    }
    const last = all.at(-1);
    if (last === undefined) return;
    fromId = last.id + 1;
  }
}

function hourlySums(sql: Sql, ids: readonly number[]) {
  const reportedDay = dayOfHour(sql.dialect, 'r.reported_hour');
  return sql.query<
    Amount & {
      stackSubscriptionId: number;
      reportedDay: Day;
      usageHour: Hour;
      meterId: number;
      correctedDay: Day | null;
    }
  >(
    `SELECT r.stack_subscription_id AS stackSubscriptionId, ${reportedDay} AS reportedDay,
            r.usage_hour AS usageHour, r.meter_id AS meterId, r.corrected_day AS correctedDay,
            ${sumOf(sql.dialect, 'r.quantity')} AS quantity, COUNT(*) AS records
       FROM usage_record r WHERE ${among('r.stack_subscription_id', ids)}
      GROUP BY r.stack_subscription_id, ${reportedDay}, r.usage_hour, r.meter_id, r.corrected_day`,
  );
}

/**
 * Records and totals have no foreign keys, so this looks for what those would have refused: a number that stands for
 * nothing, or a resource of another stack subscription.
 */
async function lookAtReferences(
  sql: Sql,
  ids: readonly number[],
): Promise<{ readonly references: number; readonly strays: readonly string[] }> {
  const within = among('t.stack_subscription_id', ids);
  const found = await Promise.all(
    REFERENCES.map(async ({ table, column, target, and = '' }) => {
      const rows = await sql.query<{ stackSubscriptionId: number; value: number; known: number | null }>(
        `SELECT r.stack_subscription_id AS stackSubscriptionId, r.value, o.id AS known
           FROM (SELECT DISTINCT t.stack_subscription_id, t.${column} AS value FROM ${table} t WHERE ${within}) r
           LEFT JOIN ${target} o ON o.id = r.value ${and}`,
      );
      const strays = rows.filter(({ known }) => known === null);
      return {
        references: rows.length,
        strays: strays.map((row) => `${table} of ${row.stackSubscriptionId}: no ${target} ${row.value}`),
      };
    }),
  );
  return {
    references: found.reduce((total, { references }) => total + references, 0),
    strays: found.flatMap(({ strays }) => strays),
  };
}

/** What records and totals refer to, besides the stack subscription by which they are found here. */
const REFERENCES: readonly {
  readonly table: 'usage_record' | 'usage_day_total';
  readonly column: string;
  readonly target: string;
  readonly and?: string;
}[] = [
  { table: 'usage_record', column: 'meter_id', target: 'meter' },
  {
    table: 'usage_record',
    column: 'resource_id',
    target: 'resource',
    and: 'AND o.stack_subscription_id = r.stack_subscription_id',
  },
  { table: 'usage_record', column: 'source_id', target: 'usage_source' },
  { table: 'usage_record', column: 'batch_id', target: 'usage_batch' },
  {
    table: 'usage_day_total',
    column: 'meter_id',
    target: 'meter',
    // An unknown one is found by nobody who sees the usage unless it is noted that there is some.
    and: `AND (o.is_known = 1 OR EXISTS (SELECT 1 FROM stack_subscription_meter v
      WHERE v.stack_subscription_id = r.stack_subscription_id AND v.meter_id = o.id))`,
  },
  { table: 'usage_day_total', column: 'destination_id', target: 'destination' },
];

/** By usage and reported day, meter and destination: as they are kept, or added up from what closing froze. */
function dayTotals(sql: Sql, ids: readonly number[], table: 'usage_day_total' | 'daily_aggregate' = 'usage_day_total') {
  return sql.query<
    Amount & {
      stackSubscriptionId: number;
      usageDay: Day;
      reportedDay: Day;
      meterId: number;
      destinationId: number;
    }
  >(
    `SELECT stack_subscription_id AS stackSubscriptionId, usage_day AS usageDay, reported_day AS reportedDay,
            meter_id AS meterId, destination_id AS destinationId,
            ${sumOf(sql.dialect, 'quantity')} AS quantity, SUM(records) AS records
       FROM ${table} WHERE ${among('stack_subscription_id', ids)}
      GROUP BY stack_subscription_id, usage_day, reported_day, meter_id, destination_id`,
  );
}

function monthTotals(sql: Sql, ids: readonly number[]) {
  return sql.query<
    Amount & {
      stackSubscriptionId: number;
      usageMonth: number;
      meterId: number;
      destinationId: number;
    }
  >(
    `SELECT stack_subscription_id AS stackSubscriptionId, usage_month AS usageMonth, meter_id AS meterId,
            destination_id AS destinationId, quantity, records
       FROM usage_month_total WHERE ${among('stack_subscription_id', ids)}`,
  );
}

/** A day that is in reports has as many lines as aggregates, none of them for another Azure subscription. */
async function daysAreOnTheirLines(sql: Sql, scope: Scope): Promise<Invariant> {
  const rows = await sql.query<{ registrationId: number; reportedDay: Day; aggregates: number; rightLines: number }>(
    `SELECT d.registration_id AS registrationId, d.reported_day AS reportedDay, c.aggregates,
            (SELECT COUNT(*) FROM usage_report p
               JOIN usage_report_line l ON l.report_id = p.id
               JOIN daily_aggregate a ON ${sameAggregate('a', 'l')}
               JOIN destination e ON e.id = a.destination_id
               LEFT JOIN tenant_mapping m ON m.id = e.tenant_mapping_id
               LEFT JOIN csp_subscription x ON x.id = m.csp_subscription_id
              WHERE p.registration_id = d.registration_id AND p.reported_day = d.reported_day
                AND l.reported_day = d.reported_day
                AND (x.id IS NULL OR x.csp_subscription_guid = p.destination_subscription_guid)) AS rightLines
       FROM usage_report_day d
       JOIN day_seal c ON c.registration_id = d.registration_id AND c.reported_day = d.reported_day
      WHERE ${inWholeRegistrations(scope, 'd.registration_id')}`,
  );
  const wrong = rows
    .filter(({ aggregates, rightLines }) => Number(aggregates) !== Number(rightLines))
    .map((row) => `${row.registrationId}/${row.reportedDay}: ${row.aggregates} aggregates, ${row.rightLines} lines`);
  return verdict('EVERY_REPORTED_DAY_IS_ON_ITS_LINES', wrong, `${rows.length} days in reports`);
}

async function mappingsNeverOverlap(sql: Sql, scope: Scope): Promise<Invariant> {
  const rows = await sql.query<{ tenantId: number; effectiveFrom: Hour; steps: number }>(
    `SELECT m.tenant_id AS tenantId, m.effective_from AS effectiveFrom, COUNT(*) AS steps
       FROM tenant_mapping m JOIN tenant t ON t.id = m.tenant_id
      WHERE m.superseded_version = 0
        AND ${inScope(scope, { registration: 't.registration_id', tenant: 't.id' })}
      GROUP BY m.tenant_id, m.effective_from`,
  );
  const twice = rows
    .filter(({ steps }) => Number(steps) > 1)
    .map(({ tenantId, effectiveFrom }) => `${tenantId}/${effectiveFrom}: begins twice`);
  return verdict('MAPPINGS_NEVER_OVERLAP', twice, `${rows.length} mapping steps`);
}

function verdict(name: InvariantName, differences: readonly string[], compared: string): Invariant {
  const holds = differences.length === 0;
  const shown = differences.slice(0, DIFFERENCES_SHOWN).join('; ');
  return {
    name,
    holds,
    detail: holds ? `${compared} compared.` : `${differences.length} differences: ${shown}`,
  };
}
