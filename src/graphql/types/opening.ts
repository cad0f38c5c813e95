import { Field, Int, ObjectType } from 'type-graphql';

import { RoutingReasonEnum } from './enums.js';
import { Destination } from './usage.js';
import type { References } from './usage.js';
import { Meter, Registration, StackSubscription, toRegistration } from './who.js';
import type { RoutingReason } from '../../pipeline/routing/destination.js';
import type { OpeningPreview as PreviewRow } from '../../reading/opening-preview.js';
import { UserError } from '../errors.js';
import { Decimal, LocalDate } from '../scalars.js';

const IS_HISTORY = 'Whether it lies before the first day of the books: closed like other days, and reported to nobody.';

@ObjectType({ simpleResolvers: true, description: 'A reported day that closes at once.' })
export class OpeningDay {
  @Field(() => LocalDate, { description: 'UTC day.' })
  day!: number;
  @Field({ description: IS_HISTORY })
  isHistory!: boolean;
  @Field(() => Int, { description: 'Records that are filed under it.' })
  records!: number;
}

@ObjectType({ simpleResolvers: true, description: 'Usage of one meter that is closed at once for one destination.' })
export class OpeningSum {
  @Field({ description: IS_HISTORY })
  isHistory!: boolean;
  @Field(() => Decimal, { description: 'Exact sum, in the unit of the meter.' })
  quantity!: string;
  @Field(() => Int, { description: 'How many records.' })
  records!: number;
  @Field(() => Meter, { description: 'What was measured.' })
  meter!: References['meter'];
  @Field(() => Destination, { nullable: true, description: 'Where it is billed, and why there.' })
  destination!: References['destination'];
}

@ObjectType({
  simpleResolvers: true,
  description: 'Usage of a stack subscription that is closed at once for the base subscription.',
})
export class OpeningFallback {
  @Field(() => RoutingReasonEnum, { description: 'Why: nobody has said whose it is, or its tenant is not mapped.' })
  reason!: RoutingReason;
  @Field(() => Int, { description: 'Reported days of it.' })
  days!: number;
  @Field(() => Int, { description: 'Records of it.' })
  records!: number;
  @Field(() => StackSubscription, { nullable: true, description: 'Subscription on the stamp that used it.' })
  stackSubscription!: StackSubscription | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Usage hours of a stack subscription of which some records were pushed and others pulled. Such records are never taken for the same, so its usage is likely counted twice.',
})
export class MixedUsage {
  @Field(() => Int, { description: 'Usage hours that hold both.' })
  hours!: number;
  @Field(() => Int, { description: 'Records of these hours that were sent with an id of their own.' })
  pushedRecords!: number;
  @Field(() => Int, { description: 'Records of these hours that were read from the stamp.' })
  pulledRecords!: number;
  @Field(() => StackSubscription, { nullable: true, description: 'Subscription on the stamp.' })
  stackSubscription!: StackSubscription | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "What opening a registration's books would close for good, without opening them.",
})
export class OpenBooksPreview {
  @Field(() => Registration, { description: 'Whose books.' })
  registration!: Registration;
  @Field(() => String, { description: '`expect` of `openBooks`: it stands for all that is answered here.' })
  digest!: string;
  @Field(() => [UserError], { description: 'Why the books cannot be opened now; empty when they can.' })
  refusals!: readonly UserError[];
  @Field({ description: 'Whether closed usage of this registration goes to a receiver at all, but for history.' })
  isReporting!: boolean;
  @Field(() => LocalDate, {
    nullable: true,
    description: 'First reported day of the books; null while nobody has said it and nothing was pulled.',
  })
  booksFrom!: number | null;
  @Field(() => LocalDate, { nullable: true, description: 'Last reported day that closes at once; null: none does.' })
  closesThrough!: number | null;
  @Field(() => Int, { description: 'Reported days with usage that close at once.' })
  dayCount!: number;
  @Field(() => Int, { description: 'Those of them that are history.' })
  historyDayCount!: number;
  @Field(() => Int, { description: 'Records of all of them.' })
  recordCount!: number;
  @Field(() => Int, { description: 'Records of those that are history.' })
  historyRecordCount!: number;
  @Field(() => [OpeningDay], { description: 'These days, oldest first; the latest 400.' })
  days!: readonly OpeningDay[];
  @Field(() => [OpeningSum], { description: 'What they add up to by destination and meter; at most 1,000.' })
  sums!: readonly OpeningSum[];
  @Field({ description: 'Whether `days` and `sums` are all there are.' })
  isWhole!: boolean;
  @Field(() => [OpeningFallback], {
    description: 'What of it goes to the base subscription, and why: the 200 subscriptions with the most records.',
  })
  onBase!: readonly OpeningFallback[];
  @Field(() => [MixedUsage], {
    description: 'What holds pushed and pulled usage of the same hours: the 200 subscriptions with the most hours.',
  })
  mixed!: readonly MixedUsage[];
}

const DAYS_SHOWN = 400;
/** How many sums are shown, and so how many destinations and meters have to be looked up. */
export const SUMS_SHOWN = 1_000;

/** What opening would close, with what it refers to. */
export function toOpenBooksPreview(
  row: PreviewRow,
  shown: Pick<OpenBooksPreview, 'sums' | 'onBase' | 'mixed'>,
): OpenBooksPreview {
  const { registration, digest, booksFrom, through, refusals } = row;
  const days = row.days.map((day) => ({ ...day, isHistory: booksFrom !== null && day.day < booksFrom }));
  const history = days.filter(({ isHistory }) => isHistory);
  const recordsOf = (of: readonly OpeningDay[]) => of.reduce((sum, { records }) => sum + records, 0);
  return {
    registration: toRegistration(registration),
    digest,
    refusals: refusals.map(({ code, message, field }) => ({ code, message, field })),
    isReporting: registration.isUsageReportingEnabled && registration.billingModel !== 'CAPACITY',
    booksFrom,
    closesThrough: through,
    dayCount: days.length,
    historyDayCount: history.length,
    recordCount: recordsOf(days),
    historyRecordCount: recordsOf(history),
    days: days.slice(-DAYS_SHOWN),
    isWhole: days.length <= DAYS_SHOWN && row.sums.length <= SUMS_SHOWN,
    ...shown,
  };
}
