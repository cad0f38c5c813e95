import { exactly } from './exact-sum.js';
import { guid } from './world.js';
import type { Reading } from '../../src/reading/usage-aggregates.js';
import { listUsageAggregates } from '../../src/reading/usage-aggregates.js';
import { scope } from '../../src/access/scope.js';
import type { Sql } from '../../src/database/transaction.js';

/** Usage as a test sends it, with names instead of ids. */
export interface ModelUsage {
  readonly recordId: string;
  readonly stack: string;
  readonly meter: string;
  readonly usageHour: number;
  readonly quantity: string;
  /** The record that this one corrects by a signed difference. */
  readonly corrects?: string;
}

interface Kept extends ModelUsage {
  readonly reportedHour: number;
  /** What it corrects: it is billed where that is. */
  readonly of: Kept | null;
  /** Where it was billed when its reported day closed. */
  frozen: string | null;
}

/** What is billed where, by a name of the window: exact sums. */
export type Billed = Record<string, bigint>;

/**
 * The books as a few maps: what the gateway promises, written down as simply as it can be. Nothing of it is the
 * gateway's code; names stand for ids.
 */
export class BooksModel {
  readonly #kept = new Map<string, Kept>();
  /** Corrections whose record is not there yet. */
  #waiting: ModelUsage[] = [];
  readonly #tenantOf = new Map<string, string>();
  /** Tenant → hour → CSP subscription, or null for the base subscription. */
  readonly #steps = new Map<string, Map<number, string | null>>();
  #closedBeforeDay = 0;

  constructor(readonly baseSubscription: string) {}

  /**
   * The first of an id counts, for ever. Late usage is filed under the first open hour. Records of a batch come before
   * what corrects them, and a correction that finds no record waits for it.
   */
  take(usages: readonly ModelUsage[], nowHour: number): void {
    const reportedHour = Math.max(nowHour, this.#closedBeforeDay * 24);
    for (const usage of usages) {
      if (usage.corrects === undefined) this.#keep({ ...usage, reportedHour, of: null, frozen: null });
    }
    const waiting = this.#waiting;
    const early = usages.filter((usage) => usage.corrects !== undefined && this.#waits(usage, reportedHour));
    this.#waiting = [...waiting.filter((usage) => this.#waits(usage, reportedHour)), ...early];
  }

  /** What is in the books now, but for corrections. */
  get records(): readonly ModelUsage[] {
    return [...this.#kept.values()].filter(({ of }) => of === null);
  }

  #keep(kept: Kept): void {
    const name = nameIn(kept.recordId, kept.usageHour);
    if (!this.#kept.has(name)) this.#kept.set(name, kept);
  }

  /** Takes a correction in if it is right. Whether it goes on waiting for its record. */
  #waits(usage: ModelUsage, arrivalHour: number): boolean {
    if (this.#kept.has(nameIn(usage.recordId, usage.usageHour))) return false;
    const of = this.#kept.get(nameIn(usage.corrects ?? '', usage.usageHour));
    if (of === undefined) return true;
    const isAlike = of.stack === usage.stack && of.meter === usage.meter && of.usageHour === usage.usageHour;
    const corrections = [...this.#kept.values()].filter((kept) => kept.of === of);
    const left = [of, ...corrections, usage].reduce((sum, { quantity }) => sum + exactly(quantity), 0n);
    if (of.of === null && isAlike && left >= 0n) {
      this.#keep({ ...usage, of, reportedHour: Math.max(arrivalHour, of.reportedHour), frozen: null });
    }
    return false;
  }

  assign(stack: string, tenant: string): void {
    this.#tenantOf.set(stack, tenant);
  }

  /** Replaces whatever was to hold from this hour on. */
  map(tenant: string, from: number, cspSubscription: string | null): void {
    const steps = this.#steps.get(tenant) ?? new Map<number, string | null>();
    for (const hour of steps.keys()) if (hour >= from) steps.delete(hour);
    this.#steps.set(tenant, steps.set(from, cspSubscription));
  }

  close(through: number): void {
    if (through < this.#closedBeforeDay) return;
    this.#closedBeforeDay = through + 1;
    for (const kept of this.#kept.values()) {
      if (kept.reportedHour < this.#closedBeforeDay * 24) kept.frozen ??= this.#billedAt(kept);
    }
  }

  /** What each window of `width` hours bills where. */
  billed(width: 1 | 24): Billed {
    const sums: Billed = {};
    for (const kept of this.#kept.values()) {
      const { stack, meter, usageHour, reportedHour } = kept;
      const window = [stack, Math.floor(usageHour / width), Math.floor(reportedHour / width), meter].join(' ');
      const name = `${window} → ${this.#billedAt(kept)}`;
      sums[name] = (sums[name] ?? 0n) + exactly(kept.quantity);
    }
    return sums;
  }

  #billedAt(kept: Kept): string {
    return kept.frozen ?? kept.of?.frozen ?? this.#destinationOf(kept);
  }

  #destinationOf({ stack, usageHour }: ModelUsage): string {
    const tenant = this.#tenantOf.get(stack);
    if (tenant === undefined) return `TENANT_UNKNOWN ${this.baseSubscription}`;
    const steps = [...(this.#steps.get(tenant) ?? [])].sort(([left], [right]) => left - right);
    const inForce = steps.filter(([from]) => from <= usageHour).at(-1)?.[1] ?? null;
    return inForce === null ? `TENANT_NOT_MAPPED ${this.baseSubscription}` : `MAPPED ${inForce}`;
  }
}

function nameIn(recordId: string, usageHour: number): string {
  return `${recordId} on ${Math.floor(usageHour / 24)}`;
}

/**
 * What the gateway answers of one registration, in the model's terms: its aggregates of both lengths, and the totals
 * that stand in its table. Throws where a window of a resource appears twice under one destination.
 */
export async function billedByGateway(
  reading: Reading,
  registrationId: number,
): Promise<{ readonly hourly: Billed; readonly daily: Billed; readonly totals: Billed }> {
  const names = await namesIn(reading.sql);
  const sumsOf = async (granularity: 'HOURLY' | 'DAILY') => {
    const width = granularity === 'DAILY' ? 24 : 1;
    const sums: Billed = {};
    const seen = new Set<string>();
    for (const row of await allAggregates(reading, registrationId, granularity)) {
      const window = [row.usage.from / width, row.reported.from / width].map(Number);
      const name = nameOf(names, row, window);
      const ofResource = `${name} ${row.resourceId}`;
      if (seen.has(ofResource)) throw new Error(`Twice in the answer: ${ofResource}`);
      seen.add(ofResource);
      sums[name] = (sums[name] ?? 0n) + exactly(row.quantity);
    }
    return sums;
  };
  const totals: Billed = {};
  const rows = await reading.sql.query<TotalRow>(
    `SELECT d.stack_subscription_id AS stackSubscriptionId, d.usage_day AS usageDay, d.reported_day AS reportedDay,
            d.meter_id AS meterId, d.destination_id AS destinationId, d.quantity
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ${Number(registrationId)}`,
  );
  for (const row of rows) totals[nameOf(names, row, [row.usageDay, row.reportedDay])] = exactly(row.quantity);
  return { hourly: await sumsOf('HOURLY'), daily: await sumsOf('DAILY'), totals };
}

interface Named {
  readonly stackSubscriptionId: number;
  readonly meterId: number;
  readonly destinationId: number;
}

interface TotalRow extends Named {
  readonly usageDay: number;
  readonly reportedDay: number;
  readonly quantity: string;
}

type Names = Readonly<Record<'stack' | 'meter' | 'destination', ReadonlyMap<number, string>>>;

function nameOf(names: Names, row: Named, window: readonly number[]): string {
  const stack = names.stack.get(row.stackSubscriptionId) ?? '?';
  const meter = names.meter.get(row.meterId) ?? '?';
  return `${stack} ${window.join(' ')} ${meter} → ${names.destination.get(row.destinationId) ?? 'nowhere'}`;
}

async function namesIn(sql: Sql): Promise<Names> {
  const read = async (statement: string) => {
    const rows = await sql.query<{ id: number; name: string }>(statement);
    return new Map(rows.map(({ id, name }) => [id, name]));
  };
  const destinations = await sql.query<{ id: number; reason: string; billed: string }>(
    `SELECT e.id, e.reason, COALESCE(c.csp_subscription_guid, g.base_subscription_guid) AS billed
       FROM destination e JOIN registration g ON g.id = e.registration_id
       LEFT JOIN tenant_mapping m ON m.id = e.tenant_mapping_id
       LEFT JOIN csp_subscription c ON c.id = m.csp_subscription_id`,
  );
  return {
    stack: await read('SELECT id, stack_subscription_guid AS name FROM stack_subscription'),
    meter: await read('SELECT id, meter_guid AS name FROM meter'),
    destination: new Map(destinations.map(({ id, reason, billed }) => [id, `${reason} ${billed}`])),
  };
}

async function allAggregates(reading: Reading, registrationId: number, granularity: 'HOURLY' | 'DAILY') {
  const seen = scope({ registrationIds: [registrationId], tenantIds: 'all' });
  const question = {
    filter: {},
    granularity,
    range: { clock: 'REPORTED' as const, from: 0, to: 24 * 36_500 },
    limit: 40,
  };
  const { rows, resumeAfter } = await listUsageAggregates(reading, seen, { ...question, after: null });
  const all = [...rows];
  for (let after = resumeAfter; after !== null;) {
    const page = await listUsageAggregates(reading, seen, { ...question, after });
    all.push(...page.rows);
    after = page.resumeAfter;
  }
  return all;
}

/** The wire's form of the model's usage. */
export function partsOf(usage: ModelUsage) {
  return {
    id: usage.recordId,
    stackSubscriptionId: usage.stack,
    meterId: usage.meter,
    resourceUri: `/vm/${guid(usage.corrects ?? usage.recordId).slice(0, 1)}`,
    usageStartTime: new Date(usage.usageHour * 3_600_000).toISOString(),
    quantity: usage.quantity,
    ...(usage.corrects !== undefined && { corrects: usage.corrects, tags: { corrected: 'yes' } }),
  };
}
