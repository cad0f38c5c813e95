import { checkCorrections, listOlderCorrections } from './corrections.js';
import { checkSeals } from './seals.js';
import { listReadableSubscriptions } from './usage-filter.js';
import type { ReadableSubscription } from './usage-filter.js';
import { createRouter } from './usage-router.js';
import type { Reading } from './usage-aggregates.js';
import { among, inScope, inWholeRegistrations } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { count, dayOfHour, exactSum, expression, total } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { Column, Table } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { meterTable } from '../metering/meter.entity.js';
import { dailyAggregateTable, daySealTable } from '../pipeline/closing/daily-aggregate.entity.js';
import { sameAggregate } from '../pipeline/closing/daily-aggregate-store.js';
import {
  resourceTable,
  usageBatchTable,
  usageRecordTable,
  usageSourceTable,
} from '../pipeline/ingestion/ingestion.entity.js';
import { usageReportDayTable, usageReportLineTable, usageReportTable } from '../pipeline/reporting/report.entity.js';
import { usageDayTotalTable, usageMonthTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import { fromUnits, toUnits } from '../primitives/quantity.js';
import { dayOf, monthOf } from '../primitives/windows.js';
import { cspSubscriptionTable, tenantMappingTable, tenantTable } from '../tenancy/tenancy.entity.js';

const r = alias(usageRecordTable, 'r');

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
    for (const day of await dayTotals(sql, ids, dailyAggregateTable)) {
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
    sum.records += records;
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
  const { stackSubscriptionId, usageHour, meterId, correctedDay } = r;
  const key = {
    stackSubscriptionId,
    reportedDay: dayOfHour(sql.dialect, r.reportedHour),
    usageHour,
    meterId,
    correctedDay,
  };
  return select(
    sql,
    { ...key, quantity: exactSum(sql.dialect, r.quantity), records: count() },
    `FROM ${r} WHERE ${among(stackSubscriptionId, ids)} GROUP BY ${Object.values(key).join(', ')}`,
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
  const found = await Promise.all(
    REFERENCES.map(async ({ table, column, target, of }) => {
      const holder = expression('r.holder', table.stackSubscriptionId);
      const value = expression('r.value', column);
      const isOfHolder = of === undefined ? '' : `AND ${of} = ${holder}`;
      const rows = await select(
        sql,
        { stackSubscriptionId: holder, value, known: expression(String(target.id), r.correctedDay) },
        `FROM (SELECT DISTINCT ${table.stackSubscriptionId} AS holder, ${column} AS value
                 FROM ${table} WHERE ${among(table.stackSubscriptionId, ids)}) r
           LEFT JOIN ${target} ON ${target.id} = ${value} ${isOfHolder}`,
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
  readonly table: typeof usageRecordTable | typeof usageDayTotalTable;
  readonly column: Column<number>;
  readonly target: Table & { readonly id: Column<number> };
  /** What of the target has to be the stack subscription that refers to it. */
  readonly of?: Column<number>;
}[] = [
  { table: usageRecordTable, column: usageRecordTable.meterId, target: meterTable },
  {
    table: usageRecordTable,
    column: usageRecordTable.resourceId,
    target: resourceTable,
    of: resourceTable.stackSubscriptionId,
  },
  { table: usageRecordTable, column: usageRecordTable.sourceId, target: usageSourceTable },
  { table: usageRecordTable, column: usageRecordTable.batchId, target: usageBatchTable },
  { table: usageDayTotalTable, column: usageDayTotalTable.meterId, target: meterTable },
  { table: usageDayTotalTable, column: usageDayTotalTable.destinationId, target: destinationTable },
];

/** By usage and reported day, meter and destination: as they are kept, or added up from what closing froze. */
function dayTotals(
  sql: Sql,
  ids: readonly number[],
  of: typeof usageDayTotalTable | typeof dailyAggregateTable = usageDayTotalTable,
) {
  const { stackSubscriptionId, usageDay, reportedDay, meterId, destinationId } = of;
  const key = { stackSubscriptionId, usageDay, reportedDay, meterId, destinationId };
  return select(
    sql,
    { ...key, quantity: exactSum(sql.dialect, of.quantity), records: total(of.records) },
    `FROM ${of} WHERE ${among(stackSubscriptionId, ids)} GROUP BY ${Object.values(key).join(', ')}`,
  );
}

function monthTotals(sql: Sql, ids: readonly number[]) {
  const m = usageMonthTotalTable;
  return select(sql, m, `FROM ${m} WHERE ${among(m.stackSubscriptionId, ids)}`);
}

/** A day that is in reports has as many lines as aggregates, none of them for another Azure subscription. */
async function daysAreOnTheirLines(sql: Sql, scope: Scope): Promise<Invariant> {
  const a = alias(dailyAggregateTable, 'a');
  const c = alias(daySealTable, 'c');
  const d = alias(usageReportDayTable, 'd');
  const e = alias(destinationTable, 'e');
  const l = alias(usageReportLineTable, 'l');
  const m = leftJoined(tenantMappingTable, 'm');
  const p = alias(usageReportTable, 'p');
  const x = leftJoined(cspSubscriptionTable, 'x');
  const rightLines = `(SELECT COUNT(*) FROM ${p}
    JOIN ${l} ON ${l.reportId} = ${p.id}
    JOIN ${a} ON ${sameAggregate(a, l)}
    JOIN ${e} ON ${e.id} = ${a.destinationId}
    LEFT JOIN ${m} ON ${m.id} = ${e.tenantMappingId}
    LEFT JOIN ${x} ON ${x.id} = ${m.cspSubscriptionId}
   WHERE ${p.registrationId} = ${d.registrationId} AND ${p.reportedDay} = ${d.reportedDay}
     AND ${l.reportedDay} = ${d.reportedDay}
     AND (${x.id} IS NULL OR ${x.cspSubscriptionGuid} = ${p.destinationSubscriptionGuid}))`;
  const rows = await select(
    sql,
    {
      registrationId: d.registrationId,
      reportedDay: d.reportedDay,
      aggregates: c.aggregates,
      rightLines: expression(rightLines, count()),
    },
    `FROM ${d} JOIN ${c} ON ${c.registrationId} = ${d.registrationId} AND ${c.reportedDay} = ${d.reportedDay}
      WHERE ${inWholeRegistrations(scope, d.registrationId)}`,
  );
  const wrong = rows
    .filter(({ aggregates, rightLines }) => aggregates !== rightLines)
    .map((row) => `${row.registrationId}/${row.reportedDay}: ${row.aggregates} aggregates, ${row.rightLines} lines`);
  return verdict('EVERY_REPORTED_DAY_IS_ON_ITS_LINES', wrong, `${rows.length} days in reports`);
}

async function mappingsNeverOverlap(sql: Sql, scope: Scope): Promise<Invariant> {
  const m = alias(tenantMappingTable, 'm');
  const t = alias(tenantTable, 't');
  const rows = await select(
    sql,
    { tenantId: m.tenantId, effectiveFrom: m.effectiveFrom, steps: count() },
    `FROM ${m} JOIN ${t} ON ${t.id} = ${m.tenantId}
      WHERE ${m.supersededVersion} = 0 AND ${inScope(scope, { registration: t.registrationId, tenant: t.id })}
      GROUP BY ${m.tenantId}, ${m.effectiveFrom}`,
  );
  const twice = rows
    .filter(({ steps }) => steps > 1)
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
