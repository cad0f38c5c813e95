import {
  countFrozenDifferences,
  findSealBefore,
  freezeDailyAggregates,
  insertDaySeal,
  listDaySubscriptions,
  readDailyAggregates,
} from './daily-aggregate-store.js';
import type { DaySubscription, RegistrationDay } from './daily-aggregate-store.js';
import { NO_CHECKSUM, beginDayChecksum } from './day-checksum.js';
import type { Tx } from '../../database/transaction.js';
import { invariant } from '../../primitives/errors.js';
import { dayText, firstHourOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import type { Registration } from '../../registration/registration.entity.js';
import { correctionParts, dayParts } from '../routing/day-parts.js';
import type { DayPart } from '../routing/day-parts.js';
import type { RoutingTable } from '../routing/destination.js';
import { loadRoutingTable } from '../routing/routing-store.js';
import { listClosedVersions } from './closed-day-store.js';
import { listCorrectionDays } from '../ingestion/correction-store.js';

const SUBSCRIPTIONS_PER_STATEMENT = 500;

/**
 * Freezes one reported day: its daily aggregates by the routing that is given, and the seal over them. The caller holds
 * the registration's lock. A day whose aggregates do not add up to its totals is not closed: the books are wrong
 * somewhere, and freezing would make that permanent.
 */
export async function freezeDay(
  tx: Tx,
  registration: Pick<Registration, 'id' | 'name' | 'cloudId'>,
  reportedDay: Day,
  table: RoutingTable,
): Promise<void> {
  const day = { registrationId: registration.id, reportedDay };
  const subscriptions = await listDaySubscriptions(tx, day);
  await freezeParts(
    tx,
    sharingParts(subscriptions, (id) => dayParts(table, id)),
    { reportedDay, correctedDay: null },
  );
  await freezeCorrections(tx, day, subscriptions, table);
  const differences = await countFrozenDifferences(tx, day);
  invariant(
    differences === 0,
    `the aggregates of ${registration.name} on ${dayText(reportedDay)} add up to its totals (${differences} do not)`,
  );
  const previous = await findSealBefore(tx, day);
  const previousChecksum = previous?.checksum ?? NO_CHECKSUM;
  const checksum = beginDayChecksum({
    cloudId: registration.cloudId,
    reportedDay,
    routingVersion: table.version,
    previousChecksum,
  });
  for await (const rows of readDailyAggregates(tx, reportedDay, subscriptions)) checksum.add(rows);
  await insertDaySeal(tx, { ...day, previousChecksum, ...checksum.end() });
}

/** Corrections of records of earlier days go where those went; what was closed by another version, by that one. */
async function freezeCorrections(
  tx: Tx,
  { registrationId, reportedDay }: RegistrationDay,
  subscriptions: readonly DaySubscription[],
  table: RoutingTable,
): Promise<void> {
  const ids = subscriptions.map(({ id }) => id);
  const days = await listCorrectionDays(tx, ids, { from: reportedDay, to: reportedDay + 1 });
  const correctedDays = [...new Set(days.map(({ correctedDay }) => correctedDay))];
  if (correctedDays.length === 0) return;
  const within = { from: Math.min(...correctedDays), to: reportedDay };
  const versions = (await listClosedVersions(tx, [registrationId], within)).get(registrationId);
  for (const correctedDay of correctedDays) {
    const version = versions?.get(correctedDay);
    invariant(version !== undefined, 'days close in order, so a day that is corrected later was closed before');
    const ofRecord = await loadRoutingTable(tx, registrationId, version);
    const corrected = new Set(
      days.filter((day) => day.correctedDay === correctedDay).map(({ stackSubscriptionId }) => stackSubscriptionId),
    );
    const groups = sharingParts(
      subscriptions.filter(({ id }) => corrected.has(id)),
      (stackSubscriptionId) => correctionParts({ own: table, ofRecord, stackSubscriptionId }),
    );
    await freezeParts(tx, groups, { reportedDay, correctedDay });
  }
}

async function freezeParts(
  tx: Tx,
  groups: readonly PartOfSubscriptions[],
  days: { readonly reportedDay: Day; readonly correctedDay: Day | null },
): Promise<void> {
  for (const { ids, part } of groups) {
    for (let start = 0; start < ids.length; start += SUBSCRIPTIONS_PER_STATEMENT) {
      const stackSubscriptionIds = ids.slice(start, start + SUBSCRIPTIONS_PER_STATEMENT);
      await freezeDailyAggregates(tx, { stackSubscriptionIds, ...days, part });
    }
  }
}

interface PartOfSubscriptions {
  readonly ids: readonly number[];
  readonly part: DayPart;
}

/** Stack subscriptions whose usage goes the same ways, together: most days take a statement per customer. */
function sharingParts(
  subscriptions: readonly DaySubscription[],
  partsOf: (stackSubscriptionId: number) => readonly DayPart[],
): readonly PartOfSubscriptions[] {
  const groups = new Map<string, { readonly ids: number[]; readonly part: DayPart }>();
  for (const { id, firstUsageDay, lastUsageDay } of subscriptions) {
    const usage = { from: firstHourOf(firstUsageDay), to: firstHourOf(lastUsageDay + 1) };
    for (const part of partsOf(id)) {
      if (part.from >= usage.to || part.to <= usage.from) continue;
      const name = `${part.from} ${part.to} ${part.destinationId} ${part.part}`;
      const group = groups.get(name) ?? { ids: [], part };
      group.ids.push(id);
      groups.set(name, group);
    }
  }
  return [...groups.values()];
}
