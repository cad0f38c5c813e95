import { resourceTable, usageSourceTable } from './ingestion.entity.js';
import type { UsageEntry } from './usage-record.js';
import { insertRows } from '../../database/change.js';
import type { Database } from '../../database/database.js';
import { literal } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import type { Column, Kinds, NewRow, Table } from '../../database/table.js';
import type { Tx } from '../../database/transaction.js';
import { meterTable } from '../../metering/meter.entity.js';
import { invariant } from '../../primitives/errors.js';
import { digest16 } from '../../primitives/ids.js';
import { ownText } from '../../primitives/own-text.js';
import { holdOpenState } from '../../registration/registration-store.js';
import { stackSubscriptionTable } from '../../tenancy/tenancy.entity.js';

/** The integers that stand for what entries name, each list in the order of the entries. */
export interface IdsOfEntries {
  readonly stackSubscriptions: readonly number[];
  readonly meters: readonly number[];
  readonly resources: readonly number[];
  readonly sources: readonly number[];
}

/**
 * Turns names into row ids: facts hold integers. New names are committed before the records that use them, so an id
 * that was handed out stays good whatever becomes of the batch. What is remembered is bounded; the tables decide.
 */
export interface Dictionary {
  idsOf(db: Database, registrationId: number, entries: readonly UsageEntry[], now: number): Promise<IdsOfEntries>;
}

/** Names remembered of each kind before the memory is emptied. */
const REMEMBERED_MAX = 100_000;
/** Characters of descriptions that are remembered: tags may be long, and some names are never seen again. */
const DESCRIBED_LENGTH_MAX = 32 * 1024 * 1024;
/** Descriptions of one URI that are remembered. */
const DESCRIPTIONS_MAX = 8;
const NAMES_PER_STATEMENT_MAX = 400;

/** Where names of one kind are looked up: by a column that is unique where the condition holds. */
interface Place<K extends Kinds> {
  readonly db: Database;
  readonly registrationId: number;
  readonly table: Table<K>;
  readonly id: Column<number>;
  readonly key: Column<Key>;
  readonly within?: string;
}

type Key = string | Buffer;

/** A name that is not in memory: what it is looked up by, and what is written when it is new. */
interface Named<K extends Kinds> {
  readonly key: Key;
  readonly row: NewRow<K>;
}

/** How the entries of a batch name things of one kind. `named` is asked for what is not in memory only. */
interface Naming<K extends Kinds> {
  readonly recall: (entry: UsageEntry, index: number) => number | undefined;
  readonly remember: (entry: UsageEntry, index: number, id: number) => void;
  readonly named: (entry: UsageEntry, index: number) => Named<K>;
}

const m = meterTable;
const o = resourceTable;
const s = stackSubscriptionTable;
const u = usageSourceTable;

/** A dictionary with an empty memory. One per thread that takes usage in. */
export function createDictionary(describedLengthMax = DESCRIBED_LENGTH_MAX): Dictionary {
  const memory = { meters: new NameMemory(), resources: new ResourceMemory(describedLengthMax) };
  const registrations = new Map<number, { readonly sources: NameMemory; readonly stackSubscriptions: NameMemory }>();
  return {
    idsOf: async (db, registrationId, entries, now) => {
      const known = registrations.get(registrationId) ?? {
        sources: new NameMemory(),
        stackSubscriptions: new NameMemory(),
      };
      registrations.set(registrationId, known);
      const at = { db, registrationId };
      const meters = await intern({ ...at, table: m, id: m.id, key: m.meterGuid }, entries, {
        recall: ({ meterGuid }) => memory.meters.get(meterGuid),
        remember: ({ meterGuid }, _, id) => memory.meters.set(meterGuid, id),
        named: ({ meterGuid, meterWireId }) => ({
          key: meterGuid,
          row: {
            meterGuid,
            wireId: meterWireId,
            isDeprecated: false,
            billedByMicrosoft: 'unknown',
            isKnown: false,
            createdAt: now,
          },
        }),
      });
      const ownSources = `${u.registrationId} = ${literal(registrationId)}`;
      const sources = await intern({ ...at, table: u, id: u.id, key: u.name, within: ownSources }, entries, {
        recall: ({ source }) => known.sources.get(source),
        remember: ({ source }, _, id) => known.sources.set(source, id),
        named: ({ source }) => ({ key: source, row: { registrationId, name: source } }),
      });
      const own = { table: s, id: s.id, key: s.stackSubscriptionGuid };
      const within = `${s.registrationId} = ${literal(registrationId)}`;
      const stackSubscriptions = await intern({ ...at, ...own, within }, entries, {
        recall: ({ stackSubscriptionGuid }) => known.stackSubscriptions.get(stackSubscriptionGuid),
        remember: ({ stackSubscriptionGuid }, _, id) => known.stackSubscriptions.set(stackSubscriptionGuid, id),
        named: ({ stackSubscriptionGuid }) => ({
          key: stackSubscriptionGuid,
          row: { registrationId, stackSubscriptionGuid, firstSeenAt: now },
        }),
      });
      const resources = await intern({ ...at, table: o, id: o.id, key: o.identity }, entries, {
        recall: (entry, index) => memory.resources.get(stackSubscriptions[index] ?? 0, entry),
        remember: (entry, index, id) => memory.resources.set(stackSubscriptions[index] ?? 0, entry, id),
        named: (entry, index) => namedResource(entry, stackSubscriptions[index] ?? 0),
      });
      return { stackSubscriptions, meters, resources, sources };
    },
  };
}

/** Ids by name, up to a number of names. */
class NameMemory {
  readonly #ids = new Map<string, number>();

  get(name: string): number | undefined {
    return this.#ids.get(name);
  }

  set(name: string, id: number): void {
    if (this.#ids.size >= REMEMBERED_MAX) this.#ids.clear();
    this.#ids.set(ownText(name), id);
  }
}

type Description = Pick<UsageEntry, 'resourceUri' | 'location' | 'tags' | 'additionalInfo'>;

/** Ids of resources by how they were described. Looked up by URI alone: joining all of it would cost more. */
class ResourceMemory {
  readonly #byUri = new Map<string, (Description & { readonly stackSubscriptionId: number; readonly id: number })[]>();
  #size = 0;
  #length = 0;

  constructor(private readonly lengthMax: number) {}

  get(stackSubscriptionId: number, entry: Description): number | undefined {
    return this.#byUri
      .get(entry.resourceUri)
      ?.find(
        (known) =>
          known.stackSubscriptionId === stackSubscriptionId &&
          known.tags === entry.tags &&
          known.additionalInfo === entry.additionalInfo &&
          known.location === entry.location,
      )?.id;
  }

  set(stackSubscriptionId: number, entry: Description, id: number): void {
    if (this.#size >= REMEMBERED_MAX || this.#length >= this.lengthMax) {
      this.#byUri.clear();
      this.#size = 0;
      this.#length = 0;
    }
    this.#size += 1;
    this.#length += entry.resourceUri.length + entry.location.length + entry.tags.length + entry.additionalInfo.length;
    const known = this.#byUri.get(entry.resourceUri) ?? [];
    // One URI that is described anew with each record must not make every later look at it longer.
    if (known.length >= DESCRIPTIONS_MAX) known.shift();
    known.push({
      stackSubscriptionId,
      id,
      resourceUri: '',
      location: ownText(entry.location),
      tags: ownText(entry.tags),
      additionalInfo: ownText(entry.additionalInfo),
    });
    this.#byUri.set(ownText(entry.resourceUri), known);
  }
}

/** Digest of a resource URI without case, for looking it up. */
export function uriKey(uri: string): Buffer {
  return digest16([uri.toLowerCase()]);
}

function namedResource(entry: UsageEntry, stackSubscriptionId: number) {
  const { resourceUri: uri, location, tags, additionalInfo } = entry;
  const identity = digest16([String(stackSubscriptionId), uri, location, tags, additionalInfo]);
  return {
    key: identity,
    row: { stackSubscriptionId, identity, uriKey: uriKey(uri), uri, location, tags, additionalInfo },
  };
}

async function intern<K extends Kinds>(
  place: Place<K>,
  entries: readonly UsageEntry[],
  { recall, remember, named }: Naming<K>,
): Promise<number[]> {
  const ids = entries.map((entry, index) => recall(entry, index) ?? 0);
  const unknown = new Map<string, { readonly named: Named<K>; readonly places: number[] }>();
  entries.forEach((entry, index) => {
    if (ids[index] !== 0) return;
    const name = named(entry, index);
    const key = keyText(name.key);
    const known = unknown.get(key);
    if (known === undefined) unknown.set(key, { named: name, places: [index] });
    else known.places.push(index);
  });
  if (unknown.size === 0) return ids;
  const found = await findOrInsert(
    place,
    [...unknown.values()].map((one) => one.named),
  );
  for (const [key, { places }] of unknown) {
    const id = found.get(key);
    invariant(id, `a ${place.table} that was committed can be read`);
    for (const index of places) ids[index] = id;
    const [first = 0] = places;
    const entry = entries[first];
    if (entry !== undefined) remember(entry, first, id);
  }
  return ids;
}

/** Row ids by the text of their key. New names are of a registration that is not discarded meanwhile. */
async function findOrInsert<K extends Kinds>(
  place: Place<K>,
  names: readonly Named<K>[],
): Promise<Map<string, number>> {
  return place.db.inTransaction(async (tx) => {
    const found = await find(tx, place, names);
    const missing = names.filter(({ key }) => !found.has(keyText(key)));
    if (missing.length === 0) return found;
    await holdOpenState(tx, place.registrationId);
    await insertRows(
      tx,
      place.table,
      missing.map(({ row }) => row),
      'KEEP',
    );
    for (const [key, id] of await find(tx, place, missing)) found.set(key, id);
    return found;
  });
}

async function find<K extends Kinds>(
  tx: Tx,
  { table, id: idColumn, key: keyColumn, within = '1 = 1' }: Place<K>,
  names: readonly Named<K>[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let start = 0; start < names.length; start += NAMES_PER_STATEMENT_MAX) {
    const some = names.slice(start, start + NAMES_PER_STATEMENT_MAX);
    const rows = await select(
      tx,
      { id: idColumn, name: keyColumn },
      `FROM ${table} WHERE ${within} AND ${keyColumn} IN (${some.map(() => '?').join(', ')})`,
      some.map(({ key }) => key),
    );
    for (const { id, name } of rows) found.set(keyText(name), id);
  }
  return found;
}

function keyText(key: Key): string {
  return typeof key === 'string' ? key : key.toString('hex');
}
