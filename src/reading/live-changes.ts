/**
 * What has changed in the tables since the last look. Whoever changed it, in whatever process, said nothing to anybody:
 * it is found by reading, and so one look of a process serves all who listen there. What a look finds is of the whole
 * books; who may hear of it, `isSeenBy` says.
 */
import { afterKey } from './usage-filter.js';
import type { UsageKey } from './usage-filter.js';
import { holds } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { exactSum, greatest, literal, notNull, total } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Column } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { usageReportTable } from '../pipeline/reporting/report.entity.js';
import type { UsageReport } from '../pipeline/reporting/report.entity.js';
import { usageDayTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import type { Clock } from '../primitives/clock.js';
import type { Quantity } from '../primitives/quantity.js';
import type { Day } from '../primitives/windows.js';
import { registrationTable } from '../registration/registration.entity.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const d = alias(usageDayTotalTable, 'd');
const f = alias(destinationTable, 'f');
const g = alias(registrationTable, 'g');
const p = alias(usageReportTable, 'p');
const s = alias(stackSubscriptionTable, 's');

/** Reported days of a registration that were closed; `fromDay` is null when nothing was closed before. */
export interface WindowClosed {
  readonly topic: 'windowClosed';
  readonly registrationId: number;
  readonly fromDay: Day | null;
  readonly beforeDay: Day;
}

/** A report that the receiver has answered for good, or that was given up. */
export interface ReportSettled {
  readonly topic: 'reportSettled';
  readonly registrationId: number;
  readonly report: UsageReport;
}

/** What one open reported day holds of a meter that nobody but the provider pays for, when that has grown. */
export interface UsageOnFallback {
  readonly topic: 'usageOnFallback';
  readonly registrationId: number;
  readonly tenantId: number | null;
  readonly stackSubscriptionId: number;
  readonly reportedDay: Day;
  readonly meterId: number;
  readonly reason: RoutingReason;
  readonly quantity: Quantity;
  readonly records: number;
}

export type LiveChange = WindowClosed | ReportSettled | UsageOnFallback;
export type LiveTopic = LiveChange['topic'];

/** Answers what changed since the call before. What a call that failed would have found, the next one finds. */
export type Look = (sql: Sql) => Promise<readonly LiveChange[]>;

/** How to look, beside where. */
export interface Looking {
  readonly clock: Clock;
  /** Rows that one look takes at most; what is beyond comes with the next. */
  readonly rowsMax: number;
}

/** Begins to watch a topic: what is so now is no news. */
export function watchTopic(topic: LiveTopic, sql: Sql, looking: Looking): Promise<Look> {
  switch (topic) {
    case 'windowClosed':
      return watchBoundaries(sql);
    case 'reportSettled':
      return watchReports(sql, looking);
    case 'usageOnFallback':
      return watchFallback(sql, looking);
  }
}

/** Whether a change may be told to who has this scope: by the same rule as the query that would show it. */
export function isSeenBy({ registrationIds, tenantIds }: Scope, change: LiveChange): boolean {
  if (!holds(registrationIds, change.registrationId)) return false;
  switch (change.topic) {
    case 'windowClosed':
      return true;
    case 'reportSettled':
      // A report is about all customers of a registration at once.
      return tenantIds === 'all';
    case 'usageOnFallback':
      return holds(tenantIds, change.tenantId);
  }
}

/** Boundaries only move on, so the last one that was seen is all that has to be remembered. One row per stamp. */
async function watchBoundaries(first: Sql): Promise<Look> {
  const boundaries = (sql: Sql) => select(sql, { id: g.id, day: g.closedBeforeDay }, `FROM ${g} ORDER BY ${g.id}`);
  const known = new Map((await boundaries(first)).map(({ id, day }) => [id, day]));
  return async (sql) => {
    const changes: WindowClosed[] = [];
    for (const { id: registrationId, day: beforeDay } of await boundaries(sql)) {
      const fromDay = known.get(registrationId) ?? 0;
      if (beforeDay <= fromDay) continue;
      known.set(registrationId, beforeDay);
      changes.push({ topic: 'windowClosed', registrationId, fromDay: fromDay === 0 ? null : fromDay, beforeDay });
    }
    return changes;
  };
}

/**
 * Reports are stamped by the clock of who settles them and become visible when that commits, so neither comes in order.
 * Each look therefore begins this long before the latest stamp, and passes over what it has seen.
 */
const OVERLAP_MS = 120_000;

async function watchReports(first: Sql, { clock, rowsMax }: Looking): Promise<Look> {
  const seen = new Map<string, number>();
  let latest = await latestSettled(first);
  // A clock that runs ahead must not hide what others settle until then.
  const begin = () => Math.min(latest, clock.now()) - OVERLAP_MS;
  let low = begin();
  let after: UsageKey = [low, 0];
  const look = async (sql: Sql): Promise<{ readonly isWhole: boolean; readonly changes: readonly ReportSettled[] }> => {
    const reports = await listSettled(sql, after, rowsMax);
    const last = reports.at(-1);
    const fresh = reports.filter((report) => !seen.has(nameOf(report)));
    for (const report of fresh) seen.set(nameOf(report), report.settledAt);
    latest = Math.max(latest, last?.settledAt ?? 0);
    const isWhole = reports.length < rowsMax || last === undefined;
    if (isWhole) {
      low = Math.max(low, begin());
      for (const [name, settledAt] of seen) if (settledAt < low) seen.delete(name);
    }
    after = isWhole ? [low, 0] : [last.settledAt, last.id];
    const topic = 'reportSettled' as const;
    return { isWhole, changes: fresh.map((report) => ({ topic, registrationId: report.registrationId, report })) };
  };
  while (!(await look(first)).isWhole);
  return async (sql) => (await look(sql)).changes;
}

/** A report that people retried is settled once more. */
function nameOf({ id, generation }: UsageReport): string {
  return `${id} ${generation}`;
}

async function latestSettled(sql: Sql): Promise<number> {
  const [row] = await select(sql, { settledAt: greatest(p.settledAt) }, `FROM ${p}`);
  return row?.settledAt ?? 0;
}

function listSettled(sql: Sql, after: UsageKey, limit: number) {
  return select(
    sql,
    { ...p, settledAt: notNull(p.settledAt) },
    `FROM ${p} WHERE ${afterKey([p.settledAt, p.id], after)}
      ORDER BY ${p.settledAt}, ${p.id} LIMIT ${literal(limit)}`,
  );
}

type OpenFallback = Omit<UsageOnFallback, 'topic'> & { readonly destinationId: number };

/**
 * Open totals only grow, but for changes of mapping; so more records under a key are news. A look takes a page of them
 * in the order of their key, the next one goes on after it, and after the last page begins the first. What is closed
 * meanwhile is forgotten at the end of such a round.
 */
async function watchFallback(first: Sql, { rowsMax }: Looking): Promise<Look> {
  let known = new Map<string, number>();
  let round = new Map<string, number>();
  let after: UsageKey | null = null;
  const isWithin = () => after !== null;
  const look = async (sql: Sql): Promise<readonly UsageOnFallback[]> => {
    const rows = await listOpenFallback(sql, after, rowsMax);
    const grown = rows.filter((row) => row.records > (known.get(keyOf(row).join(' ')) ?? 0));
    for (const row of rows) {
      const name = keyOf(row).join(' ');
      known.set(name, row.records);
      round.set(name, row.records);
    }
    const last = rows.at(-1);
    after = rows.length < rowsMax || last === undefined ? null : keyOf(last);
    if (after === null) {
      known = round;
      round = new Map();
    }
    return grown.map(({ destinationId: _destinationId, ...row }) => ({ topic: 'usageOnFallback', ...row }));
  };
  do await look(first);
  while (isWithin());
  return look;
}

const FALLBACK_KEY: readonly Column[] = [d.stackSubscriptionId, d.reportedDay, d.meterId, d.destinationId];

function keyOf({ stackSubscriptionId, reportedDay, meterId, destinationId }: OpenFallback): UsageKey {
  return [stackSubscriptionId, reportedDay, meterId, destinationId];
}

function listOpenFallback(sql: Sql, after: UsageKey | null, limit: number): Promise<OpenFallback[]> {
  const o = alias(registrationTable, 'o');
  const { registrationId, tenantId } = s;
  const { stackSubscriptionId, reportedDay, meterId, destinationId } = d;
  const { reason } = f;
  const key = { registrationId, tenantId, stackSubscriptionId, reportedDay, meterId, destinationId, reason };
  return select(
    sql,
    { ...key, quantity: exactSum(sql.dialect, d.quantity), records: total(d.records) },
    `FROM ${d}
       JOIN ${s} ON ${s.id} = ${stackSubscriptionId}
       JOIN ${g} ON ${g.id} = ${registrationId}
       JOIN ${f} ON ${f.id} = ${destinationId}
      WHERE ${reportedDay} >= (SELECT MIN(${o.closedBeforeDay}) FROM ${o} WHERE ${o.state} = 'OPEN')
        AND ${g.state} = 'OPEN' AND ${reportedDay} >= ${g.closedBeforeDay} AND ${reportedDay} >= ${g.booksFromDay}
        AND ${reason} <> 'MAPPED' AND ${after === null ? '1 = 1' : afterKey(FALLBACK_KEY, after)}
      GROUP BY ${Object.values(key).join(', ')} ORDER BY ${FALLBACK_KEY.join(', ')} LIMIT ${literal(limit)}`,
  );
}
