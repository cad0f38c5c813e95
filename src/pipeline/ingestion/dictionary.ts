import { LRUCache } from 'lru-cache';

import type { UsageEntry } from './usage-record.js';
import type { Database } from '../../database/database.js';
import { onDuplicateKeep } from '../../database/dialect.js';
import type { SqlValue, Tx } from '../../database/transaction.js';
import { invariant } from '../../primitives/errors.js';
import { digest16 } from '../../primitives/ids.js';
import { ownText } from '../../primitives/own-text.js';
import type { StackSubscriptionMeter } from '../../metering/meter.entity.js';
import { addUnknownMeters, countUnknownMeters, findNameableMeters } from '../../metering/meter-store.js';
import type { NamedMeter } from '../../metering/meter-store.js';
import { holdOpenState, lockRegistration } from '../../registration/registration-store.js';

/** The integers that stand for what entries name, each list in the order of the entries. */
export interface IdsOfEntries {
  readonly stackSubscriptions: readonly number[];
  readonly resources: readonly number[];
  readonly sources: readonly number[];
}

/** The meters that entries name. */
export interface MetersOfEntries {
  /** In the order of the entries; null for an unknown meter that is one too many. */
  readonly ids: readonly (number | null)[];
  /** Those of them that no catalogue knows. */
  readonly unknown: ReadonlySet<number>;
}

/**
 * Turns names into row ids: facts hold integers. New names are committed before the records that use them, so an id
 * that was handed out stays good whatever becomes of the batch. What is remembered is bounded; the tables decide.
 */
export interface Dictionary {
  /**
   * Asked first, since of what is refused for its meter nothing else is looked up. A registration may name so many
   * unknown meters; of more, those come in that are named first.
   */
  metersOf(db: Database, registrationId: number, entries: readonly UsageEntry[], now: number): Promise<MetersOfEntries>;
  idsOf(db: Database, registrationId: number, entries: readonly UsageEntry[], now: number): Promise<IdsOfEntries>;
  /** Unknown meters of which usage was committed here. */
  readonly seenMeters: SeenMeters;
}

/** What is known to be noted already; see `stack_subscription_meter`. */
export interface SeenMeters {
  /** Those of which it is not known. */
  others(seen: Iterable<StackSubscriptionMeter>): readonly StackSubscriptionMeter[];
  /** For after the commit. */
  remember(seen: readonly StackSubscriptionMeter[]): void;
}

/** Names of each kind that are remembered. */
const REMEMBERED_MAX = 100_000;
/** Characters of descriptions that are remembered: tags may be long, and some names are never seen again. */
const DESCRIBED_LENGTH_MAX = 32 * 1024 * 1024;
/** A description without a character takes room as well. */
const LENGTH_OF_NOTHING = 64;
/** Descriptions of one URI that are remembered. */
const DESCRIPTIONS_MAX = 8;
const NAMES_PER_STATEMENT_MAX = 400;

/** One kind of name: its table, its key columns, and what is written when it is new. */
interface Kind {
  readonly table: string;
  readonly keyColumn: string;
  readonly columns: readonly string[];
}

/** Where names of one kind are looked up. */
interface Place {
  readonly db: Database;
  readonly registrationId: number;
  readonly kind: Kind;
  readonly within: string;
}

/** A name that is not in memory: what it is looked up by, and what is written when it is new. */
interface Named {
  readonly key: SqlValue;
  readonly row: readonly SqlValue[];
}

/** How the entries of a batch name things of one kind. `named` is asked for what is not in memory only. */
interface Naming {
  readonly recall: (entry: UsageEntry, index: number) => number | undefined;
  readonly remember: (entry: UsageEntry, index: number, id: number) => void;
  readonly named: (entry: UsageEntry, index: number) => Named;
}

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

/** Row ids by name. */
type Names = LRUCache<string, number>;
/** A limit of sizes takes no room ahead, as one of entries would: most registrations have few names. */
const namesOf = (): Names => new LRUCache({ maxSize: REMEMBERED_MAX, sizeCalculation: () => 1 });

/** A dictionary with an empty memory. One per thread that takes usage in. */
export function createDictionary(
  { unknownMetersMax }: { readonly unknownMetersMax: number },
  describedLengthMax = DESCRIBED_LENGTH_MAX,
): Dictionary {
  const meterIds = namesOf();
  const resourceIds = new ResourceMemory(describedLengthMax);
  const registrations = new Map<number, RegistrationMemory>();
  const memoryOf = (registrationId: number) => {
    const known = registrations.get(registrationId) ?? {
      sources: namesOf(),
      stackSubscriptions: namesOf(),
      unknownMeters: namesOf(),
    };
    registrations.set(registrationId, known);
    return known;
  };
  return {
    seenMeters: new SeenMeterMemory(),
    metersOf: async (db, registrationId, entries, now) => {
      const { unknownMeters } = memoryOf(registrationId);
      const named = new Map<string, NamedMeter>();
      const unknown = new Set<number>();
      const ids = entries.map(({ meterGuid, meterWireId }) => {
        const known = meterIds.get(meterGuid);
        if (known !== undefined) return known;
        const id = unknownMeters.get(meterGuid);
        if (id !== undefined) unknown.add(id);
        else if (!named.has(meterGuid)) named.set(meterGuid, { meterGuid, wireId: meterWireId });
        return id ?? null;
      });
      if (named.size === 0) return { ids, unknown };
      const meters = [...named.values()];
      const found = await findOrAddMeters(db, { registrationId, unknownMetersMax, meters, now });
      for (const [meterGuid, { id, isKnown }] of found) {
        (isKnown ? meterIds : unknownMeters).set(ownText(meterGuid), id);
        if (!isKnown) unknown.add(id);
      }
      return { ids: ids.map((id, index) => id ?? found.get(entries[index]?.meterGuid ?? '')?.id ?? null), unknown };
    },
    idsOf: async (db, registrationId, entries, now) => {
      const within = `registration_id = ${Number(registrationId)}`;
      const known = memoryOf(registrationId);
      const sources = await intern({ db, registrationId, kind: SOURCE, within }, entries, {
        recall: ({ source }) => known.sources.get(source),
        remember: ({ source }, _, id) => known.sources.set(ownText(source), id),
        named: ({ source }) => ({ key: source, row: [registrationId, source] }),
      });
      const stackSubscriptions = await intern({ db, registrationId, kind: STACK_SUBSCRIPTION, within }, entries, {
        recall: ({ stackSubscriptionGuid }) => known.stackSubscriptions.get(stackSubscriptionGuid),
        remember: ({ stackSubscriptionGuid }, _, id) =>
          known.stackSubscriptions.set(ownText(stackSubscriptionGuid), id),
        named: ({ stackSubscriptionGuid }) => ({
          key: stackSubscriptionGuid,
          row: [registrationId, stackSubscriptionGuid, now],
        }),
      });
      const resources = await intern({ db, registrationId, kind: RESOURCE, within: '1 = 1' }, entries, {
        recall: (entry, index) => resourceIds.get(stackSubscriptions[index] ?? 0, entry),
        remember: (entry, index, id) => resourceIds.set(stackSubscriptions[index] ?? 0, entry, id),
        named: (entry, index) => namedResource(entry, stackSubscriptions[index] ?? 0),
      });
      return { stackSubscriptions, resources, sources };
    },
  };
}

interface RegistrationMemory {
  readonly sources: Names;
  readonly stackSubscriptions: Names;
  readonly unknownMeters: Names;
}

/**
 * Row ids of these meters, by GUID; without those that are unknown and too many. Who adds one holds the registration
 * alone and counts again, so that two processes never add more together than one may. Where there is no room left,
 * nothing is locked: a sender that goes on and on keeps nobody else out.
 */
async function findOrAddMeters(
  db: Database,
  asked: {
    readonly registrationId: number;
    readonly unknownMetersMax: number;
    readonly meters: readonly NamedMeter[];
    readonly now: number;
  },
): ReturnType<typeof findNameableMeters> {
  const { registrationId, unknownMetersMax, now } = asked;
  return db.inTransaction(async (tx) => {
    const found = await findNameableMeters(tx, registrationId, asked.meters);
    const missing = asked.meters.filter(({ meterGuid }) => !found.has(meterGuid));
    const roomOf = async () => unknownMetersMax - (await countUnknownMeters(tx, registrationId));
    if (missing.length === 0 || (await roomOf()) <= 0) return found;
    await lockRegistration(tx, registrationId);
    const others = await findNameableMeters(tx, registrationId, missing);
    const added = missing.filter(({ meterGuid }) => !others.has(meterGuid)).slice(0, Math.max(0, await roomOf()));
    await addUnknownMeters(tx, registrationId, { meters: added, now });
    return new Map([...found, ...others, ...(await findNameableMeters(tx, registrationId, added))]);
  });
}

/** Pairs that are noted, up to a number of them. */
class SeenMeterMemory implements SeenMeters {
  readonly #pairs = new LRUCache<string, true>({ maxSize: REMEMBERED_MAX, sizeCalculation: () => 1 });

  others(seen: Iterable<StackSubscriptionMeter>): readonly StackSubscriptionMeter[] {
    const others = new Map<string, StackSubscriptionMeter>();
    for (const { stackSubscriptionId, meterId } of seen) {
      const pair = nameOf({ stackSubscriptionId, meterId });
      if (this.#pairs.get(pair) === undefined) others.set(pair, { stackSubscriptionId, meterId });
    }
    return [...others.values()];
  }

  remember(seen: readonly StackSubscriptionMeter[]): void {
    for (const pair of seen) this.#pairs.set(nameOf(pair), true);
  }
}

function nameOf({ stackSubscriptionId, meterId }: StackSubscriptionMeter): string {
  return `${stackSubscriptionId}/${meterId}`;
}

/** A resource as it was described, and its id. */
interface Described extends Pick<UsageEntry, 'location' | 'tags' | 'additionalInfo'> {
  readonly stackSubscriptionId: number;
  readonly id: number;
}

/** Ids of resources by how they were described. Looked up by URI alone: joining all of it would cost more. */
class ResourceMemory {
  readonly #byUri: LRUCache<string, readonly Described[]>;

  constructor(lengthMax: number) {
    this.#byUri = new LRUCache({
      maxSize: lengthMax,
      sizeCalculation: (known, uri) => known.reduce((sum, one) => sum + lengthOf(one), uri.length),
    });
  }

  get(stackSubscriptionId: number, entry: UsageEntry): number | undefined {
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

  set(stackSubscriptionId: number, entry: UsageEntry, id: number): void {
    const known = this.#byUri.get(entry.resourceUri) ?? [];
    const added = {
      stackSubscriptionId,
      id,
      location: ownText(entry.location),
      tags: ownText(entry.tags),
      additionalInfo: ownText(entry.additionalInfo),
    };
    // One URI that is described anew with each record must not make every later look at it longer.
    this.#byUri.set(ownText(entry.resourceUri), [...known.slice(1 - DESCRIPTIONS_MAX), added]);
  }
}

function lengthOf({ location, tags, additionalInfo }: Described): number {
  return LENGTH_OF_NOTHING + location.length + tags.length + additionalInfo.length;
}

/** Digest of a resource URI without case, for looking it up. */
export function uriKey(uri: string): Buffer {
  return digest16([uri.toLowerCase()]);
}

function namedResource(entry: UsageEntry, stackSubscriptionId: number): Named {
  const { resourceUri, location, tags, additionalInfo } = entry;
  const key = digest16([String(stackSubscriptionId), resourceUri, location, tags, additionalInfo]);
  return {
    key,
    row: [stackSubscriptionId, key, uriKey(resourceUri), resourceUri, location, tags, additionalInfo],
  };
}

async function intern(
  place: Place,
  entries: readonly UsageEntry[],
  { recall, remember, named }: Naming,
): Promise<number[]> {
  const ids = entries.map((entry, index) => recall(entry, index) ?? 0);
  const unknown = new Map<string, { readonly named: Named; readonly places: number[] }>();
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
    invariant(id, `a ${place.kind.table} that was committed can be read`);
    for (const index of places) ids[index] = id;
    const [first = 0] = places;
    const entry = entries[first];
    if (entry !== undefined) remember(entry, first, id);
  }
  return ids;
}

/** Row ids by the text of their key. New names are of a registration that is not discarded meanwhile. */
async function findOrInsert(
  { db, registrationId, kind, within }: Place,
  names: readonly Named[],
): Promise<Map<string, number>> {
  return db.inTransaction(async (tx) => {
    const found = await find(tx, kind, within, names);
    const missing = names.filter(({ key }) => !found.has(keyText(key)));
    if (missing.length === 0) return found;
    await holdOpenState(tx, registrationId);
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
    const rows = await tx.query<{ id: number; name: SqlValue }>(
      `SELECT id, ${kind.keyColumn} AS name FROM ${kind.table}
        WHERE ${within} AND ${kind.keyColumn} IN (${some.map(() => '?').join(', ')})`,
      some.map(({ key }) => key),
    );
    for (const { id, name } of rows) found.set(keyText(name), id);
  }
  return found;
}

function keyText(key: SqlValue): string {
  return key instanceof Buffer ? key.toString('hex') : String(key);
}
