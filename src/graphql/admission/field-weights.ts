/** What fields cost beyond the objects they answer, because they read more than that. */
import { HOURS_PER_DAY, hourOf } from '../../primitives/windows.js';

export type FieldArguments = Readonly<Record<string, unknown>>;

/** Points per day of a range. Hours are read one by one; days and their sums are kept ready. */
const PER_DAY = { hourly: 6, daily: 1, fallback: 2 } as const;
const PER_MUTATION = 10;
/** What it takes to open a stream; each update that it tells is charged like an answer. */
const PER_STREAM = 10;

const EXTRA: Readonly<Record<string, (args: FieldArguments) => number>> = {
  'Query.usageAggregates': (args) => daysOf(args) * (args['granularity'] === 'DAILY' ? PER_DAY.daily : PER_DAY.hourly),
  'Query.usageRecords': (args) => daysOf(args) * PER_DAY.hourly,
  'Query.usageSummary': (args) => daysOf(args) * (PER_DAY.daily + lengthOf(args['groupBy'])),
  'Query.fallbackUsage': (args) => daysOf(args) * PER_DAY.fallback,
  // These read the books as a whole, or all that is still open.
  'Query.invariants': () => 5_000,
  'Query.verifyAuditLog': () => 5_000,
  'Query.reconcileReport': () => 5_000,
  'Query.previewTenantMapping': () => 500,
  'Query.previewOpenBooks': () => 5_000,
  'Mutation.openBooks': () => 500,
  'Mutation.discardRegistration': () => 500,
  'Mutation.recordUsage': ({ input }) =>
    PER_MUTATION + Math.ceil(lengthOf((input as FieldArguments | undefined)?.['records']) / 10),
  'Mutation.onboardTenants': ({ input }) => onboardingCost((input as FieldArguments | undefined)?.['lines']),
  'Mutation.replayQuarantined': ({ input }) => PER_MUTATION + lengthOf((input as FieldArguments | undefined)?.['ids']),
};

/** Coordinates that have a price of their own. */
export const PRICED_FIELDS: readonly string[] = Object.keys(EXTRA);

/** Points of a field beyond the objects that it answers; what its arguments ask for counts. */
export function extraCost(typeName: string, fieldName: string, args: FieldArguments): number {
  const extra = EXTRA[`${typeName}.${fieldName}`];
  if (extra !== undefined) return extra(args);
  if (typeName === 'Subscription') return PER_STREAM;
  return typeName === 'Mutation' ? PER_MUTATION : 0;
}

/** Days of the `range`, which holds milliseconds; part of a day counts as one. */
function daysOf({ range }: FieldArguments): number {
  const { from, to } = (range ?? {}) as { readonly from?: number; readonly to?: number };
  if (from === undefined || to === undefined) return 0;
  return Math.max(0, Math.ceil((hourOf(to) - hourOf(from)) / HOURS_PER_DAY));
}

/** A line is as much as a mutation; each stack subscription that it assigns moves usage for itself. */
function onboardingCost(lines: unknown): number {
  if (!Array.isArray(lines)) return PER_MUTATION;
  const assigned = (lines as readonly (FieldArguments | null)[]).map((line) =>
    lengthOf(line?.['stackSubscriptionIds']),
  );
  return PER_MUTATION * (1 + lines.length) + assigned.reduce((total, length) => total + length, 0);
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
