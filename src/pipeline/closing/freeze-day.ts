import {
  countFrozenDifferences,
  findSealBefore,
  freezeDailyAggregates,
  insertDaySeal,
  listDaySubscriptions,
  readDailyAggregates,
} from './daily-aggregate-store.js';
import type { DaySubscription } from './daily-aggregate-store.js';
import { NO_CHECKSUM, beginDayChecksum } from './day-checksum.js';
import type { Tx } from '../../database/transaction.js';
import { invariant } from '../../primitives/errors.js';
import { dayText, firstHourOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import type { Registration } from '../../registration/registration.entity.js';
import { dayParts } from '../routing/day-parts.js';
import type { DayPart } from '../routing/day-parts.js';
import type { RoutingTable } from '../routing/destination.js';

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
  for (const { ids, part } of sharingParts(subscriptions, table)) {
    for (let start = 0; start < ids.length; start += SUBSCRIPTIONS_PER_STATEMENT) {
      const stackSubscriptionIds = ids.slice(start, start + SUBSCRIPTIONS_PER_STATEMENT);
      await freezeDailyAggregates(tx, { stackSubscriptionIds, reportedDay, part });
    }
  }
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

/** Stack subscriptions whose usage goes the same ways, together: most days take a statement per customer. */
function sharingParts(
  subscriptions: readonly DaySubscription[],
  table: RoutingTable,
): readonly { readonly ids: readonly number[]; readonly part: DayPart }[] {
  const groups = new Map<string, { readonly ids: number[]; readonly part: DayPart }>();
  for (const { id, firstUsageDay, lastUsageDay } of subscriptions) {
    const usage = { from: firstHourOf(firstUsageDay), to: firstHourOf(lastUsageDay + 1) };
    for (const part of dayParts(table, id)) {
      if (part.from >= usage.to || part.to <= usage.from) continue;
      const name = `${part.from} ${part.to} ${part.destinationId} ${part.part}`;
      const group = groups.get(name) ?? { ids: [], part };
      group.ids.push(id);
      groups.set(name, group);
    }
  }
  return [...groups.values()];
}
