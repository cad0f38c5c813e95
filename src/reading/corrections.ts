import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { notNull } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { uriKeysOf } from '../pipeline/ingestion/correction-store.js';
import { correctedName } from '../pipeline/ingestion/correction.js';
import { correctedRecordTable, usageRecordTable, usageSourceTable } from '../pipeline/ingestion/ingestion.entity.js';
import { findStored, usageName } from '../pipeline/ingestion/usage-record-store.js';
import type { StoredUsageRecord } from '../pipeline/ingestion/usage-record-store.js';
import { fromUnits, toUnits } from '../primitives/quantity.js';
import { dayOf } from '../primitives/windows.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const c = alias(correctedRecordTable, 'c');
const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');
const u = alias(usageSourceTable, 'u');

const CORRECTION = {
  stackSubscriptionId: r.stackSubscriptionId,
  reportedHour: r.reportedHour,
  usageHour: r.usageHour,
  usageDay: r.usageDay,
  meterId: r.meterId,
  resourceId: r.resourceId,
  corrects: notNull(r.corrects),
  quantity: r.quantity,
  correctedDay: r.correctedDay,
  registrationId: s.registrationId,
  source: u.name,
};

/** A correction as it is in the books. */
type Correction = Readonly<RowOf<typeof CORRECTION>>;

/** Records that were corrected before the rule was, against it: excepted, by name. */
export interface OlderCorrections {
  readonly names: ReadonlySet<string>;
}

/** What was found wrong with the corrections of some stack subscriptions, and how many records they correct. */
export interface CorrectionsChecked {
  readonly corrected: number;
  readonly differences: readonly string[];
}

/** The exceptions in scope, as the migration listed them. */
export async function listOlderCorrections(sql: Sql, scope: Scope): Promise<OlderCorrections> {
  const rows = await select(
    sql,
    { usageDay: c.usageDay, identity: c.identity },
    `FROM ${c} JOIN ${s} ON ${s.id} = ${c.stackSubscriptionId}
      WHERE ${c.isOlder} = 1 AND ${inScope(scope, { registration: s.registrationId, tenant: s.tenantId })}
      ORDER BY ${c.usageDay}, ${c.identity}`,
  );
  return { names: new Set(rows.map(({ usageDay, identity }) => usageName(identity.toString('hex'), usageDay))) };
}

/**
 * Holds the corrections of some stack subscriptions against the records that they correct, and against the sums that
 * are kept of them.
 */
export async function checkCorrections(
  sql: Sql,
  stackSubscriptionIds: readonly number[],
  older: OlderCorrections,
): Promise<CorrectionsChecked> {
  const kept = await listKeptSums(sql, stackSubscriptionIds);
  const found = new Map<string, { units: bigint; corrections: Correction[] }>();
  for (const correction of await listCorrections(sql, stackSubscriptionIds)) {
    const name = correctedName(correction.registrationId, correction);
    const sum = found.get(name) ?? { units: 0n, corrections: [] };
    sum.units += toUnits(correction.quantity);
    sum.corrections.push(correction);
    found.set(name, sum);
  }
  const records = await findStored(
    sql,
    [...found].flatMap(([name, { corrections }]) =>
      corrections.slice(0, 1).map(({ usageDay }) => ({ name, usageDay })),
    ),
  );
  const resources = [...[...found.values()].flatMap(({ corrections }) => corrections), ...records.values()];
  const uriKeys = await uriKeysOf(sql, [...new Set(resources.map(({ resourceId }) => resourceId))]);
  const differences = [...new Set([...kept.keys(), ...found.keys()])].flatMap((name) => {
    if (older.names.has(name)) return [];
    const { units, corrections } = found.get(name) ?? { units: 0n, corrections: [] };
    const sum = `${fromUnits(units)} in ${corrections.length} corrections`;
    const problem = problemOf(corrections, records.get(name), units, uriKeys);
    return [
      ...(sum === (kept.get(name) ?? '0 in 0 corrections') ? [] : [`${name}: ${sum} against ${kept.get(name)}`]),
      ...(problem === null ? [] : [`${name}: ${problem}`]),
    ];
  });
  return { corrected: found.size, differences };
}

function problemOf(
  corrections: readonly Correction[],
  record: StoredUsageRecord | undefined,
  units: bigint,
  uriKeys: ReadonlyMap<number, string>,
): string | null {
  if (corrections.length === 0) return null;
  if (record === undefined) return 'corrects no record';
  if (record.corrects !== null) return 'corrects a correction';
  if (toUnits(record.quantity) + units < 0n)
    return `is corrected below zero, to ${fromUnits(toUnits(record.quantity) + units)}`;
  const isOther = corrections.some(
    (one) =>
      one.stackSubscriptionId !== record.stackSubscriptionId ||
      one.meterId !== record.meterId ||
      one.usageHour !== record.usageHour ||
      uriKeys.get(one.resourceId) !== uriKeys.get(record.resourceId),
  );
  if (isOther) return 'is corrected by what is about something else';
  const day = dayOf(record.reportedHour);
  const isMisfiled = corrections.some(
    ({ correctedDay, reportedHour }) =>
      dayOf(reportedHour) < day || (correctedDay !== null && (correctedDay !== day || day === dayOf(reportedHour))),
  );
  return isMisfiled ? 'has a correction that is not filed as its own' : null;
}

function listCorrections(sql: Sql, ids: readonly number[]): Promise<Correction[]> {
  return select(
    sql,
    CORRECTION,
    `FROM ${r}
       JOIN ${s} ON ${s.id} = ${r.stackSubscriptionId}
       JOIN ${u} ON ${u.id} = ${r.sourceId}
      WHERE ${among(r.stackSubscriptionId, ids)} AND ${r.corrects} IS NOT NULL`,
  );
}

async function listKeptSums(sql: Sql, ids: readonly number[]): Promise<ReadonlyMap<string, string>> {
  const rows = await select(sql, c, `FROM ${c} WHERE ${among(c.stackSubscriptionId, ids)}`);
  return new Map(
    rows.map(({ usageDay, identity, quantity, corrections }) => [
      usageName(identity.toString('hex'), usageDay),
      `${fromUnits(toUnits(quantity))} in ${corrections} corrections`,
    ]),
  );
}
