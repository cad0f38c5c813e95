import { findResources } from './dimensions.js';
import type { ResourceRow } from './dimensions.js';
import { WHOLE_WINDOW, readFromRecords, readHourlyRows } from './aggregate-rows.js';
import type { AggregateRow } from './aggregate-rows.js';
import { startReading } from './usage-spans.js';
import type { Granularity } from './usage-spans.js';
import { afterAllOf, listReadableSubscriptions } from './usage-filter.js';
import type { UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import { canonicalQuantity, sum } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';

/**
 * What a resource used of a meter in one usage window of one reported window, wherever it is billed and however often
 * the resource was described anew meanwhile. This is a row of Azure's usage APIs: whoever reads them takes stack
 * subscription, meter, URI (without case) and window for its identity, so two rows must never share them.
 */
export interface ResourceUsage {
  readonly stackSubscriptionId: number;
  /** Hours or days since 1970, by the granularity. */
  readonly reportedWindow: number;
  readonly usageWindow: number;
  readonly meterId: number;
  /** As it was described last; null for the usage of all resources together. */
  readonly resource: ResourceRow | null;
  readonly quantity: Quantity;
}

/** Stack subscription, reported window, usage window and meter, then the digest of the URI in hex, or ALL_RESOURCES. */
export interface ResourceUsageKey {
  readonly numbers: readonly number[];
  readonly uriKey: string;
}

/** Which usage, by reported time or usage time, and from where on. */
export interface ResourceUsageQuestion {
  readonly filter: UsageFilter;
  readonly granularity: Granularity;
  /** False: the usage of all resources is one row. */
  readonly isPerResource: boolean;
  readonly range: UsageRange;
  readonly after: ResourceUsageKey | null;
  readonly limit: number;
}

/** In place of the digest of a URI; no digest is called so, and it comes after the empty one that begins a group. */
const ALL_RESOURCES = 'all';

/** Rows read beyond the page, so that its last group is usually seen to its end in one question. */
const READ_AHEAD = 128;
/** A page of a very sparse answer ends early, and says where to go on. */
const ROUNDS_MAX = 200;

/**
 * Rows in the order of their key. The key holds nothing that a later record can change, so following pages gives each
 * row exactly once, also while usage arrives. `resumeAfter` is null after the last row, and only then.
 */
export async function listResourceUsage(
  sql: Sql,
  scope: Scope,
  question: ResourceUsageQuestion,
): Promise<{ readonly rows: readonly ResourceUsage[]; readonly resumeAfter: ResourceUsageKey | null }> {
  const { after, limit } = question;
  const isDaily = question.granularity === 'DAILY';
  const subscriptions = await listReadableSubscriptions(sql, scope, question.filter, after?.numbers[0] ?? 0);
  if (subscriptions.length === 0) return { rows: [], resumeAfter: null };
  const found: ResourceUsage[] = [];
  const folding = startFolding(question, (row) => found.push(row));
  const rowsQuestion = { ...question, limit: limit + READ_AHEAD };
  const reader = startReading(
    sql,
    subscriptions,
    { ...rowsQuestion, after: after === null ? null : startOfGroup(after), keepsDaysFrozen: false },
    (spans, position) =>
      isDaily
        ? readFromRecords(sql, { ...rowsQuestion, after: position, isDaily }, spans, WHOLE_WINDOW)
        : readHourlyRows(sql, null, { ...rowsQuestion, after: position }, spans),
  );
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const read = await reader.next();
    if (read === null) {
      const beyond = afterAllOf(subscriptions);
      return { rows: found, resumeAfter: beyond && { numbers: beyond.slice(0, 4), uriKey: '' } };
    }
    folding.add(read.rows, await resourcesOf(sql, scope, read.rows));
    if (read.endsSpans) folding.endGroup();
    if (found.length > limit) return cut(found, limit);
  }
  return { rows: found, resumeAfter: folding.resumeAfter(reader.position()) };
}

function cut(found: readonly ResourceUsage[], limit: number) {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, resumeAfter: last === undefined ? null : { numbers: groupOf(last), uriKey: uriKeyOf(last) } };
}

/**
 * Takes rows in the order of the books, by resource, and gives them on by URI. Rows that differ in the resource alone
 * are a group; it is held back until it is whole, because descriptions of one URI are added up.
 */
function startFolding(
  { after, isPerResource }: Pick<ResourceUsageQuestion, 'after' | 'isPerResource'>,
  give: (row: ResourceUsage) => void,
) {
  let group: readonly number[] | null = null;
  let members = new Map<string, ResourceUsage>();
  const endGroup = () => {
    if (group === null) return;
    const isResumed = after !== null && isSameGroup(group, after.numbers);
    for (const uriKey of [...members.keys()].sort()) {
      const member = members.get(uriKey);
      if (member !== undefined && !(isResumed && uriKey <= after.uriKey)) give(member);
    }
    group = null;
    members = new Map();
  };
  return {
    endGroup,
    add: (rows: readonly AggregateRow[], resources: ReadonlyMap<number, ResourceRow>) => {
      for (const row of rows) {
        const resource = resources.get(row.resourceId);
        if (resource === undefined) continue;
        const { stackSubscriptionId, reportedWindow, usageWindow, meterId } = row;
        if (group === null || !isSameGroup(group, groupOf(row))) {
          endGroup();
          group = groupOf(row);
        }
        const uriKey = isPerResource ? resource.uriKey.toString('hex') : ALL_RESOURCES;
        const quantity = canonicalQuantity(row.quantity);
        const before = members.get(uriKey);
        members.set(uriKey, {
          stackSubscriptionId,
          reportedWindow,
          usageWindow,
          meterId,
          // Resources come in the order in which they were first seen.
          resource: isPerResource ? resource : null,
          quantity: before === undefined ? quantity : sum([before.quantity, quantity]),
        });
      }
    },
    /** Where to go on when reading stops in between: at the start of the group that is held back. */
    resumeAfter: (position: UsageKey | null): ResourceUsageKey | null => {
      const numbers = group ?? position?.slice(0, 4) ?? null;
      return numbers === null ? null : { numbers, uriKey: '' };
    },
  };
}

async function resourcesOf(
  sql: Sql,
  scope: Scope,
  rows: readonly AggregateRow[],
): Promise<ReadonlyMap<number, ResourceRow>> {
  if (rows.length === 0) return new Map();
  const ids = [...new Set(rows.map(({ resourceId }) => resourceId))];
  const resources = await findResources(sql, scope, ids);
  return new Map(resources.map((resource) => [resource.id, resource]));
}

function groupOf(row: Omit<ResourceUsage, 'resource' | 'quantity'>): readonly number[] {
  return [row.stackSubscriptionId, row.reportedWindow, row.usageWindow, row.meterId];
}

/** Before the first resource of the key's group: its rows are read again, and those that were given are left out. */
function startOfGroup({ numbers }: ResourceUsageKey): UsageKey {
  return [...numbers, 0, 0];
}

function uriKeyOf({ resource }: ResourceUsage): string {
  return resource?.uriKey.toString('hex') ?? ALL_RESOURCES;
}

function isSameGroup(left: readonly number[], right: readonly number[]): boolean {
  return left.every((value, index) => value === right[index]);
}
