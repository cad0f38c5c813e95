import {
  afterAllOf,
  afterKey,
  filtersDestination,
  listReadableSubscriptions,
  recordConditions,
} from './usage-filter.js';
import type { UsageFilter, UsageRange } from './usage-filter.js';
import { createRouter } from './usage-router.js';
import { destinationIds } from './usage-aggregates.js';
import type { Reading } from './usage-aggregates.js';
import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql, SqlValue } from '../database/transaction.js';
import {
  quarantinedRecordTable,
  usageBatchTable,
  usageRecordTable,
  usageSourceTable,
} from '../pipeline/ingestion/ingestion.entity.js';
import type { QuarantinedRecord } from '../pipeline/ingestion/ingestion.entity.js';
import { dayOf } from '../primitives/windows.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const b = alias(usageBatchTable, 'b');
const q = alias(quarantinedRecordTable, 'q');
const r = alias(usageRecordTable, 'r');
const u = alias(usageSourceTable, 'u');

const RECORD = {
  stackSubscriptionId: r.stackSubscriptionId,
  reportedHour: r.reportedHour,
  usageHour: r.usageHour,
  meterId: r.meterId,
  resourceId: r.resourceId,
  identity: r.identity,
  source: u.name,
  /** Null for usage pulled from a stamp, whose rows have no id. */
  recordId: r.recordId,
  corrects: r.corrects,
  quantity: r.quantity,
  receivedAt: b.receivedAt,
  receivedBy: b.receivedBy,
  /** Of a correction: the reported day of its record, where that is earlier. Else null. */
  correctedDay: r.correctedDay,
};

/** A usage record as it is read back, with where it is billed. */
export type UsageRecordRow = Readonly<RowOf<typeof RECORD>> & {
  readonly registrationId: number;
  readonly destinationId: number;
  readonly isClosed: boolean;
};

/** The key of a record as a cursor holds it: five numbers and the identity in hex. */
export interface RecordKey {
  readonly numbers: readonly number[];
  readonly identity: string;
}

/** Which records, and from where on. */
export interface RecordsQuestion {
  readonly filter: UsageFilter;
  readonly range: UsageRange;
  readonly recordId?: string;
  readonly identity?: Buffer;
  readonly after: RecordKey | null;
  readonly limit: number;
}

/** A page of records, in the order in which they are stored. */
export interface RecordsPage {
  readonly rows: readonly UsageRecordRow[];
  /** Where the next page starts; null when there is nothing more. */
  readonly resumeAfter: RecordKey | null;
}

const KEY = [r.stackSubscriptionId, r.reportedHour, r.usageHour, r.meterId, r.resourceId];

/** How many rows are read at once when the filter may drop most of them. */
const ROWS_PER_READ = 1_000;
/** A page of a very sparse answer ends early, and says where to go on. */
const ROUNDS_MAX = 20;
const LAST_IDENTITY = 'f'.repeat(32);

/**
 * Records in the order in which they are stored; a drill-down, so the range is one of usage or of reported time. Where
 * a record is billed is not stored with it, so a filter by destination reads on until the page is full. A page may be
 * shorter than asked and still not be the last: `resumeAfter` says so.
 */
export async function listUsageRecords(
  reading: Reading,
  scope: Scope,
  question: RecordsQuestion,
): Promise<RecordsPage> {
  const { filter, limit } = question;
  const wanted = filtersDestination(filter) ? await destinationIds(reading.sql, filter) : null;
  if (wanted?.size === 0) return { rows: [], resumeAfter: null };
  const found: UsageRecordRow[] = [];
  let { after } = question;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const rowsMax = wanted === null ? limit - found.length + 1 : ROWS_PER_READ;
    const read = await readRecords(reading, scope, { ...question, after, limit: rowsMax });
    found.push(...read.rows.filter(({ destinationId }) => wanted?.has(destinationId) ?? true));
    if (found.length > limit) return fullPage(found, limit);
    if (read.resumeAfter === null) return { rows: found, resumeAfter: null };
    after = read.resumeAfter;
  }
  return { rows: found, resumeAfter: after };
}

function fullPage(found: readonly UsageRecordRow[], limit: number): RecordsPage {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, resumeAfter: last === undefined ? null : keyOfRecord(last) };
}

/** The key of a record. */
export function keyOfRecord(row: Omit<UsageRecordRow, 'registrationId' | 'destinationId' | 'isClosed'>): RecordKey {
  const numbers = [row.stackSubscriptionId, row.reportedHour, row.usageHour, row.meterId, row.resourceId];
  return { numbers, identity: row.identity.toString('hex') };
}

/** One look. A row that nothing routes is not shown, so fewer rows than `limit` do not tell that it was the last. */
async function readRecords(
  { sql, routingTables }: Reading,
  scope: Scope,
  question: RecordsQuestion,
): Promise<RecordsPage> {
  const { filter, range, after, limit } = question;
  const from = after?.numbers[0] ?? 0;
  const subscriptions = await listReadableSubscriptions(sql, scope, filter, from);
  const { conditions, values } = recordConditions(filter);
  const clock = range.clock === 'REPORTED' ? r.reportedHour : r.usageHour;
  const ids = subscriptions.map(({ id }) => id);
  const bound: SqlValue[] = [...values];
  const where = [among(r.stackSubscriptionId, ids), ...conditions];
  where.push(`${clock} >= ${range.from} AND ${clock} < ${range.to}`);
  if (question.recordId !== undefined) {
    where.push(`${r.recordId} = ?`);
    bound.push(question.recordId);
  }
  if (question.identity !== undefined) {
    where.push(`${r.identity} = ?`);
    bound.push(question.identity);
  }
  if (after !== null) {
    where.push(`(${afterKey(KEY, after.numbers)} OR (${sameKey(after.numbers)} AND ${r.identity} > ?))`);
    bound.push(Buffer.from(after.identity, 'hex'));
  }
  const rows = await select(
    sql,
    RECORD,
    `FROM ${r}
       JOIN ${u} ON ${u.id} = ${r.sourceId}
       JOIN ${b} ON ${b.id} = ${r.batchId}
      WHERE ${where.join(' AND ')}
      ORDER BY ${KEY.join(', ')}, ${r.identity} LIMIT ${limit}`,
    bound,
  );
  const routed = await createRouter(sql, routingTables, subscriptions).route(
    rows.map((row) => ({ ...row, reportedDay: dayOf(row.reportedHour) })),
  );
  const shown = rows.flatMap((row, index) => {
    const route = routed[index] ?? null;
    return route === null ? [] : [{ ...row, ...route }];
  });
  const last = rows.at(-1);
  if (last !== undefined && rows.length === limit) return { rows: shown, resumeAfter: keyOfRecord(last) };
  const beyond = afterAllOf(subscriptions);
  return { rows: shown, resumeAfter: beyond && { numbers: beyond.slice(0, KEY.length), identity: LAST_IDENTITY } };
}

/** What could not be taken in, latest row first. A caller with a set of tenants sees those of their subscriptions. */
export function listQuarantinedRecords(
  sql: Sql,
  scope: Scope,
  question: {
    readonly registrationId?: number;
    readonly code?: string;
    readonly isReplayed?: boolean;
    readonly ids?: readonly number[];
    readonly beforeId: number | null;
    readonly limit: number;
  },
): Promise<QuarantinedRecord[]> {
  const { beforeId, registrationId, code, isReplayed, ids } = question;
  const s = leftJoined(stackSubscriptionTable, 's');
  const where = [
    inScope(scope, { registration: q.registrationId, tenant: s.tenantId }),
    ...(beforeId === null ? [] : [`${q.id} < ${literal(beforeId)}`]),
    ...(registrationId === undefined ? [] : [`${q.registrationId} = ${literal(registrationId)}`]),
    ...(ids === undefined ? [] : [among(q.id, ids)]),
    ...(code === undefined ? [] : [`${q.code} = ?`]),
    ...(isReplayed === undefined ? [] : [`${q.replayedAt} IS ${isReplayed ? 'NOT ' : ''}NULL`]),
  ];
  return select(
    sql,
    q,
    `FROM ${q}
       LEFT JOIN ${s} ON ${s.registrationId} = ${q.registrationId}
             AND ${s.stackSubscriptionGuid} = ${q.stackSubscriptionGuid}
      WHERE ${where.join(' AND ')} ORDER BY ${q.id} DESC LIMIT ${literal(question.limit)}`,
    code === undefined ? [] : [code],
  );
}

function sameKey(numbers: readonly number[]): string {
  return KEY.map((column, index) => `${column} = ${literal(numbers[index] ?? 0)}`).join(' AND ');
}
