import type { UsageEntry } from './usage-record.js';
import type { Database } from '../../database/database.js';
import { onDuplicateKeep } from '../../database/dialect.js';
import type { SqlValue, Tx } from '../../database/transaction.js';
import { invariant } from '../../primitives/errors.js';
import { digest16 } from '../../primitives/ids.js';
import { ownText } from '../../primitives/own-text.js';

/** The integers that stand for what an entry names. */
export interface EntryIds {
  readonly stackSubscriptionId: number;
  readonly meterId: number;
  readonly resourceId: number;
  readonly sourceId: number;
}

/**
 * Turns names into row ids: facts hold integers. New names are committed before the records that use them, so an id
 * that was handed out stays good whatever becomes of the batch. What is remembered is bounded; the tables decide.
 */
export interface Dictionary {
  idsOf(
    db: Database,
    registrationId: number,
    entries: readonly UsageEntry[],
    now: number,
  ): Promise<readonly EntryIds[]>;
}

/** Names remembered of each kind before the memory is emptied. */
const REMEMBERED_MAX = 100_000;
const NAMES_PER_STATEMENT_MAX = 400;

/** One kind of name: its table, its key columns, and what is written when it is new. */
interface Kind {
  readonly table: string;
  readonly keyColumn: string;
  readonly columns: readonly string[];
}

/** A name that is not in memory: what it is looked up by, and what is written when it is new. */
interface Named {
  readonly memoryKey: string;
  readonly key: SqlValue;
  readonly row: readonly SqlValue[];
}

/** How the entries of a batch name things of one kind. `named` is asked for names that are not in memory only. */
interface Naming {
  /** What identifies the name in memory. */
  readonly memoryKeyOf: (entry: UsageEntry, index: number) => string;
  readonly named: (entry: UsageEntry, index: number) => Pick<Named, 'key' | 'row'>;
}

const METER: Kind = {
  table: 'meter',
  keyColumn: 'meter_guid',
  columns: ['meter_guid', 'wire_id', 'is_deprecated', 'billed_by_microsoft', 'is_known', 'created_at'],
};
const STACK_SUBSCRIPTION: Kind = {
  table: 'stack_subscription',
  keyColumn: 'stack_subscription_guid',
  columns: ['registration_id', 'stack_subscription_guid', 'first_seen_at'],
};
const SOURCE: Kind = {
  table: 'usage_source',
  keyColumn: 'name',
  columns: ['registration_id', 'name'],
};
const RESOURCE: Kind = {
  table: 'resource',
  keyColumn: 'identity',
  columns: ['stack_subscription_id', 'identity', 'uri_key', 'uri', 'location', 'tags', 'additional_info'],
};

/** A dictionary with an empty memory. One per process. */
export function createDictionary(): Dictionary {
  const meters = new Map<string, number>();
  const sources = new Map<string, number>();
  const stackSubscriptions = new Map<string, number>();
  const resources = new Map<string, number>();
  return {
    idsOf: async (db, registrationId, entries, now) => {
      const within = `registration_id = ${Number(registrationId)}`;
      const meterIds = await intern(db, METER, '1 = 1', meters, entries, {
        memoryKeyOf: ({ meterGuid }) => meterGuid,
        named: ({ meterGuid, meterWireId }) => ({
          key: meterGuid,
          row: [meterGuid, meterWireId, 0, 'unknown', 0, now],
        }),
      });
      const sourceIds = await intern(db, SOURCE, within, sources, entries, {
        memoryKeyOf: ({ source }) => `${registrationId} ${source}`,
        named: ({ source }) => ({ key: source, row: [registrationId, source] }),
      });
      const subscriptionIds = await intern(db, STACK_SUBSCRIPTION, within, stackSubscriptions, entries, {
        memoryKeyOf: ({ stackSubscriptionGuid }) => `${registrationId} ${stackSubscriptionGuid}`,
        named: ({ stackSubscriptionGuid }) => ({
          key: stackSubscriptionGuid,
          row: [registrationId, stackSubscriptionGuid, now],
        }),
      });
      const resourceIds = await intern(db, RESOURCE, '1 = 1', resources, entries, {
        memoryKeyOf: (entry, index) => resourceMemoryKey(entry, subscriptionIds[index] ?? 0),
        named: (entry, index) => namedResource(entry, subscriptionIds[index] ?? 0),
      });
      return entries.map((_, index) => ({
        stackSubscriptionId: subscriptionIds[index] ?? 0,
        meterId: meterIds[index] ?? 0,
        resourceId: resourceIds[index] ?? 0,
        sourceId: sourceIds[index] ?? 0,
      }));
    },
  };
}

/** Digest of a resource URI without case, for looking it up. */
export function uriKey(uri: string): Buffer {
  return digest16([uri.toLowerCase()]);
}

function resourceMemoryKey(entry: UsageEntry, stackSubscriptionId: number): string {
  const { resourceUri, location, tags, additionalInfo } = entry;
  return `${stackSubscriptionId}\u0000${resourceUri}\u0000${location}\u0000${tags}\u0000${additionalInfo}`;
}

function namedResource(entry: UsageEntry, stackSubscriptionId: number): Pick<Named, 'key' | 'row'> {
  const { resourceUri, location, tags, additionalInfo } = entry;
  const key = digest16([String(stackSubscriptionId), resourceUri, location, tags, additionalInfo]);
  return {
    key,
    row: [stackSubscriptionId, key, uriKey(resourceUri), resourceUri, location, tags, additionalInfo],
  };
}

async function intern(
  db: Database,
  kind: Kind,
  within: string,
  memory: Map<string, number>,
  entries: readonly UsageEntry[],
  { memoryKeyOf, named }: Naming,
): Promise<number[]> {
  const memoryKeys = entries.map(memoryKeyOf);
  const unknown = new Map<string, Named>();
  entries.forEach((entry, index) => {
    const memoryKey = memoryKeys[index] ?? '';
    if (!memory.has(memoryKey)) unknown.set(memoryKey, { memoryKey, ...named(entry, index) });
  });
  if (unknown.size === 0) return memoryKeys.map((memoryKey) => memory.get(memoryKey) ?? 0);
  const found = await findOrInsert(db, kind, within, [...unknown.values()]);
  const ids = memoryKeys.map((memoryKey) => {
    const id = memory.get(memoryKey) ?? found.get(memoryKey);
    invariant(id, `a ${kind.table} that was committed can be read`);
    return id;
  });
  if (memory.size + found.size > REMEMBERED_MAX) memory.clear();
  for (const [memoryKey, id] of found) memory.set(ownText(memoryKey), id);
  return ids;
}

async function findOrInsert(
  db: Database,
  kind: Kind,
  within: string,
  names: readonly Named[],
): Promise<Map<string, number>> {
  return db.inTransaction(async (tx) => {
    const found = await find(tx, kind, within, names);
    const missing = names.filter(({ memoryKey }) => !found.has(memoryKey));
    if (missing.length === 0) return found;
    await tx.insertRows({
      table: kind.table,
      columns: kind.columns,
      rows: missing.map(({ row }) => row),
      onDuplicate: onDuplicateKeep(tx.dialect, kind.keyColumn),
    });
    for (const [key, id] of await find(tx, kind, within, missing)) found.set(key, id);
    return found;
  });
}

async function find(tx: Tx, kind: Kind, within: string, names: readonly Named[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let start = 0; start < names.length; start += NAMES_PER_STATEMENT_MAX) {
    const some = names.slice(start, start + NAMES_PER_STATEMENT_MAX);
    const keyed = new Map(some.map((name) => [keyText(name.key), name.memoryKey]));
    const rows = await tx.query<{ id: number; name: SqlValue }>(
      `SELECT id, ${kind.keyColumn} AS name FROM ${kind.table}
        WHERE ${within} AND ${kind.keyColumn} IN (${some.map(() => '?').join(', ')})`,
      some.map(({ key }) => key),
    );
    for (const { id, name } of rows) {
      const memoryKey = keyed.get(keyText(name));
      if (memoryKey !== undefined) found.set(memoryKey, id);
    }
  }
  return found;
}

function keyText(key: SqlValue): string {
  return key instanceof Buffer ? key.toString('hex') : String(key);
}
