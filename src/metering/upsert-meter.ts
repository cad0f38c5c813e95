import { insertMeter, listMeters, lockMeter, updateMeter } from './meter-store.js';
import type { Meter } from './meter.entity.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import type { Database } from '../database/database.js';
import { isDuplicateKey } from '../database/faults.js';
import type { Sql } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError, invariant } from '../primitives/errors.js';
import { givenText } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';

/** What the books know of a meter beside its id; what is left out stays as it is. */
export interface MeterDescription {
  readonly name?: string | undefined;
  readonly unit?: string | undefined;
  readonly category?: string | undefined;
  readonly resourceProvider?: string | undefined;
  readonly description?: string | undefined;
  readonly quantityRule?: string | undefined;
  readonly billedByMicrosoft?: string | undefined;
  readonly isDeprecated?: boolean | undefined;
}

/** As long as their columns. */
const LENGTH_MAX = {
  name: 200,
  unit: 100,
  category: 100,
  resourceProvider: 100,
  description: 1_000,
  quantityRule: 200,
} as const;
const TEXTS = Object.keys(LENGTH_MAX) as readonly (keyof typeof LENGTH_MAX)[];
const BILLED = ['yes', 'no', 'unknown'];

/**
 * Describes a meter: one that usage named and no list did, one that has not been seen yet, or one whose description is
 * out of date. It is known from then on. No amount changes: records name meters by id. Throws INVALID_INPUT.
 */
export async function upsertMeter(
  app: { readonly db: Database; readonly clock: Clock },
  input: MeterDescription & { readonly meterId: string; readonly by: By },
): Promise<Meter> {
  const { meterId, by } = input;
  const meterGuid = canonicalGuid(meterId);
  if (meterGuid === null) throw new DomainError('INVALID_INPUT', 'A meter id is a GUID.', ['meterId']);
  const description = checked(input);
  const write = () =>
    inAuditedTransaction(app, { action: 'upsertMeter', by }, async (tx) => {
      await lockMeter(tx, meterGuid);
      const before = await meterOf(tx, meterGuid);
      const after = { ...(before ?? unseen(meterGuid, meterId, app.clock.now())), ...description, isKnown: true };
      if (after.name === null) throw new DomainError('INVALID_INPUT', 'A meter without a name needs one.', ['name']);
      if (before === null) await insertMeter(tx, after);
      else await updateMeter(tx, { ...after, id: before.id });
      const result = await meterOf(tx, meterGuid);
      invariant(result, 'a meter that was written can be read');
      return {
        result,
        target: `meter ${meterGuid}`,
        registrationId: null,
        tenantId: null,
        before: before === null ? null : told(before),
        after: told(result),
      };
    });
  try {
    return await write();
  } catch (error) {
    // Usage named it meanwhile.
    if (!isDuplicateKey(error)) throw error;
    return write();
  }
}

function checked(given: MeterDescription): Partial<Omit<Meter, 'id'>> {
  const { isDeprecated, billedByMicrosoft } = given;
  if (billedByMicrosoft !== undefined && !BILLED.includes(billedByMicrosoft)) {
    throw new DomainError('INVALID_INPUT', 'billedByMicrosoft is "yes", "no" or "unknown".', ['billedByMicrosoft']);
  }
  const texts = TEXTS.flatMap((field) => {
    const text = given[field];
    return text === undefined ? [] : [[field, givenText(text, field, LENGTH_MAX[field])] as const];
  });
  return {
    ...Object.fromEntries(texts),
    ...(isDeprecated !== undefined && { isDeprecated }),
    ...(billedByMicrosoft !== undefined && { billedByMicrosoft }),
  };
}

async function meterOf(sql: Sql, meterGuid: string): Promise<Meter | null> {
  const [row] = await listMeters(sql, { meterGuids: [meterGuid] }, { afterId: 0, limit: 1 });
  return row ?? null;
}

function unseen(meterGuid: string, wireId: string, createdAt: number): Omit<Meter, 'id'> {
  return {
    meterGuid,
    wireId,
    name: null,
    unit: null,
    category: null,
    resourceProvider: null,
    description: null,
    isDeprecated: false,
    quantityRule: null,
    billedByMicrosoft: 'unknown',
    isKnown: false,
    createdAt,
  };
}

function told({ id: _id, meterGuid: _guid, wireId: _wireId, createdAt: _at, ...description }: Meter): object {
  return description;
}
