/**
 * What has changed in the tables since the last look. Whoever changed it, in whatever process, said nothing to anybody:
 * it is found by reading, and so one look of a process serves all who listen there. What a look finds is of the whole
 * books; who may hear of it, `isSeenBy` says.
 */
import { afterKey } from './usage-filter.js';
import type { UsageKey } from './usage-filter.js';
import { holds } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { sumOf } from '../database/dialect.js';
import type { Sql } from '../database/transaction.js';
import { REPORT_COLUMNS, asReport } from '../pipeline/reporting/report-store.js';
import type { UsageReport } from '../pipeline/reporting/report.entity.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import type { Clock } from '../primitives/clock.js';
import { canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import type { Day } from '../primitives/windows.js';

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
  const boundaries = (sql: Sql) =>
    sql.query<{ id: number; day: Day }>('SELECT id, closed_before_day AS day FROM registration ORDER BY id');
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
    for (const report of fresh) seen.set(nameOf(report), Number(report.settledAt));
    latest = Math.max(latest, Number(last?.settledAt ?? 0));
    const isWhole = reports.length < rowsMax || last === undefined;
    if (isWhole) {
      low = Math.max(low, begin());
      for (const [name, settledAt] of seen) if (settledAt < low) seen.delete(name);
    }
    after = isWhole ? [low, 0] : [Number(last.settledAt), last.id];
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
  const [row] = await sql.query<{ settledAt: number | null }>('SELECT MAX(settled_at) AS settledAt FROM usage_report');
  return Number(row?.settledAt ?? 0);
}

async function listSettled(sql: Sql, after: UsageKey, limit: number): Promise<UsageReport[]> {
  const rows = await sql.query<UsageReport>(
    `SELECT ${REPORT_COLUMNS} FROM usage_report p WHERE ${afterKey(['p.settled_at', 'p.id'], after)}
      ORDER BY p.settled_at, p.id LIMIT ${Number(limit)}`,
  );
  return rows.map(asReport);
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

const FALLBACK_KEY = ['d.stack_subscription_id', 'd.reported_day', 'd.meter_id', 'd.destination_id'];

function keyOf({ stackSubscriptionId, reportedDay, meterId, destinationId }: OpenFallback): UsageKey {
  return [stackSubscriptionId, reportedDay, meterId, destinationId];
}

async function listOpenFallback(sql: Sql, after: UsageKey | null, limit: number): Promise<OpenFallback[]> {
  const rows = await sql.query<OpenFallback>(
    `SELECT s.registration_id AS registrationId, s.tenant_id AS tenantId,
            d.stack_subscription_id AS stackSubscriptionId, d.reported_day AS reportedDay, d.meter_id AS meterId,
            d.destination_id AS destinationId, f.reason,
            ${sumOf(sql.dialect, 'd.quantity')} AS quantity, SUM(d.records) AS records
       FROM usage_day_total d
       JOIN stack_subscription s ON s.id = d.stack_subscription_id
       JOIN registration g ON g.id = s.registration_id
       JOIN destination f ON f.id = d.destination_id
      WHERE d.reported_day >= (SELECT MIN(o.closed_before_day) FROM registration o WHERE o.state = 'OPEN')
        AND g.state = 'OPEN' AND d.reported_day >= g.closed_before_day AND d.reported_day >= g.books_from_day
        AND f.reason <> 'MAPPED'
        ${after === null ? '' : `AND ${afterKey(FALLBACK_KEY, after)}`}
      GROUP BY s.registration_id, s.tenant_id, d.stack_subscription_id, d.reported_day, d.meter_id, d.destination_id,
               f.reason
      ORDER BY ${FALLBACK_KEY.join(', ')} LIMIT ${Number(limit)}`,
  );
  return rows.map((row) => ({ ...row, quantity: canonicalQuantity(row.quantity), records: Number(row.records) }));
}
