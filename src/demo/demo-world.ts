/** Who is who in the demo: two stamps of one provider, their customers and what these run. Pure. */
import { customer, hourAt, numbered, stackSubscription, unclaimed } from './demo-customer.js';
import type { DemoCustomer, DemoSetting, Owner } from './demo-customer.js';
import { disk, publicIp, virtualMachine } from './demo-resource.js';
import { NORTHWIND, TAILWIND, WINGTIP, largeCustomers } from './large-customers.js';
import { guidOf } from './noise.js';
import { smallCustomers } from './small-customers.js';
import type { Principal } from '../access/principal.js';
import { HOURS_PER_DAY } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import type { NewRegistration } from '../registration/registration-rules.js';

/** The seed of the demo that is served; tests make others. */
export const DEMO_SEED = 20_260;
export const DEMO_DAYS = 60;
export const HUB = 'contoso-hub';
export const EDGE = 'fabrikam-edge';
/** Microsoft's number of the provider, under which every CSP subscription must be. */
const PARTNER_ID = '5143782';
/** The edge stamp has no line of its own; a forwarder brings what it gathered. */
const EDGE_FORWARDER = 'edge-forwarder';

/** A made-up stamp and the customers on it. */
export interface DemoRegistration {
  readonly registration: NewRegistration;
  readonly customers: readonly DemoCustomer[];
}

/** Everything that the demo loads: a function of its setting alone. */
export interface DemoWorld {
  readonly setting: DemoSetting;
  readonly partnerId: string;
  readonly resellers: readonly { readonly name: string; readonly partnerId: string }[];
  /** In the order in which they are loaded. */
  readonly registrations: readonly DemoRegistration[];
}

/** The world of a seed whose time ends at an hour (exclusive). The same arguments give the same world. */
export function demoWorld(seed: number, endHour: Hour, days: number = DEMO_DAYS): DemoWorld {
  const setting = { seed, endHour, startHour: endHour - days * HOURS_PER_DAY };
  return {
    setting,
    partnerId: PARTNER_ID,
    resellers: [
      { name: NORTHWIND, partnerId: '6020417' },
      { name: WINGTIP, partnerId: '6184550' },
    ],
    registrations: [hub(setting), edge(setting)],
  };
}

/** One caller of each role, each with a part of the demo that is worth looking at. */
export function demoPrincipals(seed: number = DEMO_SEED): readonly Principal[] {
  const all = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
  const named = (name: string) => ({ ...all, subject: `demo-${name}` });
  return [
    { ...named('operator'), role: 'OPERATOR' },
    { ...named('csp-admin'), role: 'CSP_ADMIN', registrations: [HUB] },
    { ...named('finance'), role: 'FINANCE' },
    { ...named('reseller'), role: 'RESELLER', resellers: [NORTHWIND] },
    { ...named('tenant-user'), role: 'TENANT_USER', tenants: [guidOf(seed, `tenant ${TAILWIND}`)] },
    { ...named('auditor'), role: 'AUDITOR' },
    { ...named('ingestor'), role: 'INGESTOR', registrations: [HUB] },
  ];
}

function hub(setting: DemoSetting): DemoRegistration {
  return {
    registration: {
      name: HUB,
      cloudId: guidOf(setting.seed, 'cloud hub'),
      baseSubscriptionId: guidOf(setting.seed, 'base hub'),
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      partnerId: PARTNER_ID,
      isMultitenancyApproved: true,
    },
    customers: [...largeCustomers(setting, 'frankfurt'), ...smallCustomers(setting, 'frankfurt')],
  };
}

/** A capacity registration: usage is kept and served, and cannot be billed to CSP subscriptions. */
function edge(setting: DemoSetting): DemoRegistration {
  const site = { setting, location: 'plant7', pushedBy: EDGE_FORWARDER };
  return {
    registration: {
      name: EDGE,
      cloudId: guidOf(setting.seed, 'cloud edge'),
      baseSubscriptionId: guidOf(setting.seed, 'base edge'),
      baseOffer: 'ENTERPRISE_AGREEMENT',
      billingModel: 'CAPACITY',
      agreementNumber: 'EA-7714209',
    },
    customers: [
      fabrikamManufacturing({ ...site, name: 'Fabrikam Manufacturing' }),
      vanArsdelRobotics({ ...site, name: 'VanArsdel Robotics' }),
      visitors({ ...site, name: 'nobody' }),
    ],
  };
}

/** Its forwarder was unplugged for a day and a half, and then sent all of it at once. */
function fabrikamManufacturing(owner: Owner): DemoCustomer {
  const from = hourAt(owner.setting, 30);
  const line = stackSubscription(owner, 'Fabrikam production line', {
    outage: { from, to: Math.min(from + 36, owner.setting.endHour - 2) },
    resources: (placeIn) => {
      const place = placeIn('rg-line-3', { plant: '7', line: '3' });
      return [
        ...numbered('historian', 2).flatMap((name) => [
          virtualMachine(place, name, { size: 'Standard_DS2_v2', os: 'windows' }),
          disk(place, `${name}-data`, 'diskP10'),
        ]),
        publicIp(place, 'line-3-ip'),
      ];
    },
  });
  const office = stackSubscription(owner, 'Fabrikam plant office', {
    resources: (placeIn) => {
      const machine = { size: 'Standard_A2_v2', os: 'windows' } as const;
      const runs = { schedule: 'WORKING_HOURS' } as const;
      return [virtualMachine(placeIn('rg-office', { plant: '7' }), 'office-01', { ...machine, runs })];
    },
  });
  return customer(owner, { stack: [line, office] });
}

function vanArsdelRobotics(owner: Owner): DemoCustomer {
  const vision = stackSubscription(owner, 'VanArsdel vision', {
    resources: (placeIn) => {
      const place = placeIn('rg-vision', { plant: '7', cell: 'welding' });
      return [
        virtualMachine(place, 'vision-01', { size: 'Standard_D8s_v3', os: 'linux' }),
        disk(place, 'vision-01-data', 'diskP30'),
      ];
    },
  });
  return customer(owner, { stack: [vision] });
}

function visitors(owner: Owner): DemoCustomer {
  const laptop = stackSubscription(owner, 'unclaimed visitors', {
    resources: (placeIn) => {
      const runs = { schedule: 'WORKING_HOURS' } as const;
      return [
        virtualMachine(placeIn('visitors'), 'demo-kit', {
          size: 'Standard_A2_v2',
          os: 'linux',
          runs,
        }),
      ];
    },
  });
  return unclaimed([laptop]);
}
