/** The parts that the demo's customers are made of. */
import type { DemoResource, Place } from './demo-resource.js';
import { guidOf } from './noise.js';
import { dayOf, firstHourOf } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';

/** One customer, or usage that nobody has claimed yet. */
export interface DemoCustomer {
  /** Null: nobody has said whose stack subscriptions these are. */
  readonly tenant: DemoTenant | null;
  readonly cspSubscriptions: readonly DemoCspSubscription[];
  readonly stackSubscriptions: readonly DemoStackSubscription[];
  /** What was changed about its billing and its subscriptions, in order of time. */
  readonly changes: readonly DemoChange[];
}

/** A customer's directory. */
export interface DemoTenant {
  readonly tenantId: string;
  readonly name: string;
  /** Null: a customer of the provider itself. */
  readonly reseller: string | null;
}

/** A customer's Azure subscription, where mapped usage is billed. */
export interface DemoCspSubscription {
  readonly cspSubscriptionId: string;
  readonly name: string;
}

/** A user subscription on the made-up stamp, and what runs in it. */
export interface DemoStackSubscription {
  readonly stackSubscriptionId: string;
  readonly resources: readonly DemoResource[];
  /** Hours [from, to) whose usage the stamp could hand out only when they were over. */
  readonly outage?: { readonly from: Hour; readonly to: Hour };
}

/** A change that someone made at the hour `at`; it may hold from an earlier or a later one. */
export type DemoChange =
  | {
      readonly kind: 'MAP';
      readonly at: Hour;
      readonly tenantId: string;
      readonly cspSubscriptionId: string;
      readonly effectiveFrom: Hour;
    }
  | {
      readonly kind: 'UNMAP';
      readonly at: Hour;
      readonly tenantId: string;
      readonly effectiveFrom: Hour;
    }
  | {
      readonly kind: 'ASSIGN';
      readonly at: Hour;
      readonly tenantId: string;
      readonly stackSubscriptionId: string;
      readonly name: string;
    };

/** The time of the demo, [startHour, endHour), and the seed of everything in it. */
export interface DemoSetting {
  readonly seed: number;
  readonly startHour: Hour;
  readonly endHour: Hour;
}

/** The hour at which so many percent of the demo's time are over. */
export function hourAt({ startHour, endHour }: DemoSetting, percent: number): Hour {
  return startHour + Math.floor(((endHour - startHour) * percent) / 100);
}

/** 14:00 on the latest 15th of a month that lies well inside the demo, or of a day in its middle where none does. */
export function midMonth(setting: DemoSetting): Hour {
  const last = dayOf(hourAt(setting, 88));
  const first = dayOf(hourAt(setting, 20)) + 1;
  for (let day = last; day >= first; day -= 1) {
    const hour = firstHourOf(day) + 14;
    if (new Date(hour * 3_600_000).getUTCDate() === 15) return hour;
  }
  return firstHourOf(dayOf(hourAt(setting, 60))) + 14;
}

/** What a subscription is called and whose it is; a name is enough to know its id. */
export interface Owner {
  readonly setting: DemoSetting;
  readonly location: string;
  readonly pushedBy?: string;
  readonly name: string;
  readonly reseller?: string;
}

/** The directory of a customer, whose id follows from the customer's name. */
export function tenantOf({ setting, name, reseller }: Owner): DemoTenant {
  return { tenantId: guidOf(setting.seed, `tenant ${name}`), name, reseller: reseller ?? null };
}

/** A CSP subscription of a customer, whose id follows from both names. */
export function cspSubscription({ setting }: Owner, name: string): DemoCspSubscription {
  return { cspSubscriptionId: guidOf(setting.seed, `csp ${name}`), name };
}

/** A mapping that was made at the hour from which it holds, unless it says otherwise. */
export function mapped(
  owner: Owner,
  subscription: DemoCspSubscription,
  effectiveFrom: Hour,
  at: Hour = effectiveFrom,
): DemoChange {
  const { tenantId } = tenantOf(owner);
  const { cspSubscriptionId } = subscription;
  return { kind: 'MAP', at, tenantId, cspSubscriptionId, effectiveFrom };
}

/** A stack subscription and the change that says whose it is, made at the start unless `at` is given. */
export function stackSubscription(
  owner: Owner,
  name: string,
  what: {
    readonly resources: (placeIn: (group: string, tags?: Place['tags']) => Place) => DemoResource[];
    readonly at?: Hour;
    readonly outage?: { readonly from: Hour; readonly to: Hour };
  },
): { readonly subscription: DemoStackSubscription; readonly assigned: DemoChange } {
  const { setting, location, pushedBy } = owner;
  const stackSubscriptionId = guidOf(setting.seed, `stack ${name}`);
  const place = (resourceGroup: string, tags: Place['tags'] = {}): Place => ({
    stackSubscriptionId,
    resourceGroup,
    location,
    tags,
    ...(pushedBy !== undefined && { pushedBy }),
  });
  const { tenantId } = tenantOf(owner);
  return {
    subscription: {
      stackSubscriptionId,
      resources: what.resources(place),
      ...(what.outage && { outage: what.outage }),
    },
    assigned: {
      kind: 'ASSIGN',
      at: what.at ?? setting.startHour,
      tenantId,
      stackSubscriptionId,
      name,
    },
  };
}

/** A customer from its parts; changes come in order of the hour at which they were made. */
export function customer(
  owner: Owner,
  parts: {
    readonly csp?: readonly DemoCspSubscription[];
    readonly stack: readonly ReturnType<typeof stackSubscription>[];
    readonly changes?: readonly DemoChange[];
  },
): DemoCustomer {
  const changes = [...parts.stack.map(({ assigned }) => assigned), ...(parts.changes ?? [])];
  return {
    tenant: tenantOf(owner),
    cspSubscriptions: parts.csp ?? [],
    stackSubscriptions: parts.stack.map(({ subscription }) => subscription),
    changes: changes.sort((left, right) => left.at - right.at),
  };
}

/** Usage whose tenant nobody has said. */
export function unclaimed(subscriptions: readonly ReturnType<typeof stackSubscription>[]): DemoCustomer {
  return {
    tenant: null,
    cspSubscriptions: [],
    stackSubscriptions: subscriptions.map(({ subscription }) => subscription),
    changes: [],
  };
}

/** Names that differ in their number: "web-01", "web-02". */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-0${index + 1}`);
}
