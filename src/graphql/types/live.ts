import { Field, Int, ObjectType } from 'type-graphql';

import { RoutingReasonEnum } from './enums.js';
import type { References } from './usage.js';
import { Meter, Registration, StackSubscription, Tenant } from './who.js';
import type { RoutingReason } from '../../pipeline/routing/destination.js';
import { firstHourOf, hourStart } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import type { UsageOnFallback, WindowClosed } from '../../reading/live-changes.js';
import { DateTime, Decimal, LocalDate } from '../scalars.js';

@ObjectType({ simpleResolvers: true, description: 'Reported days of a registration that nothing changes any more.' })
export class ClosedWindow {
  @Field(() => DateTime, {
    nullable: true,
    description: 'What was reported before was closed already; null when nothing was.',
  })
  closedFrom!: number | null;
  @Field(() => DateTime, { description: 'What was reported before is closed.' })
  closedBefore!: number;
  registrationRowId!: number;
}

/** Closed days as moments. */
export function toClosedWindow({ registrationId, fromDay, beforeDay }: WindowClosed): ClosedWindow {
  const moment = (day: Day) => hourStart(firstHourOf(day)).getTime();
  return {
    closedFrom: fromDay === null ? null : moment(fromDay),
    closedBefore: moment(beforeDay),
    registrationRowId: registrationId,
  };
}

@ObjectType({
  simpleResolvers: true,
  description: 'Usage of one meter on the base subscription, filed under one open reported day.',
})
export class OpenFallbackUsage {
  @Field(() => LocalDate, { description: 'The reported day, which can still change.' })
  reportedDay!: number;
  @Field(() => RoutingReasonEnum, { description: 'Why no CSP subscription is billed.' })
  reason!: RoutingReason;
  @Field(() => Decimal, { description: 'Exact sum of that day so far, in the unit of the meter.' })
  quantity!: string;
  @Field(() => Int, { description: 'How many records it adds up.' })
  records!: number;
  @Field(() => StackSubscription, { nullable: true, description: 'Subscription on the stamp that used it.' })
  stackSubscription!: References['stackSubscription'];
  @Field(() => Tenant, { nullable: true, description: 'Whose it is; null while nobody has said.' })
  tenant!: References['tenant'];
  @Field(() => Registration, { nullable: true, description: 'Stamp on which it was used.' })
  registration!: References['registration'];
  @Field(() => Meter, { description: 'What was measured.' })
  meter!: References['meter'];
}

/** What an open day holds for the base subscription. */
export function toOpenFallbackUsage(row: UsageOnFallback, references: References): OpenFallbackUsage {
  const { reportedDay, reason, quantity, records } = row;
  const { stackSubscription, tenant, registration, meter } = references;
  return { reportedDay, reason, quantity, records, stackSubscription, tenant, registration, meter };
}
