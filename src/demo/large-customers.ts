/** The customers of `contoso-hub` that run the most. Each has a story that someone exploring the books can find. */
import { cspSubscription, customer, hourAt, mapped, midMonth, numbered, stackSubscription } from './demo-customer.js';
import type { DemoCustomer, DemoSetting, Owner } from './demo-customer.js';
import {
  appServicePlan,
  disk,
  growingDisk,
  keyVault,
  measured,
  publicIp,
  resource,
  storageAccount,
  virtualMachine,
} from './demo-resource.js';
import { guidOf } from './noise.js';

export const NORTHWIND = 'Northwind Cloud Partners';
export const WINGTIP = 'Wingtip IT Services';
export const TAILWIND = 'Tailwind Traders';

/** The customers that make the numbers large, each with a story that the questions of the demo find. */
export function largeCustomers(setting: DemoSetting, location: string): DemoCustomer[] {
  const direct = { setting, location };
  return [
    tailwindTraders({ ...direct, name: TAILWIND, reseller: NORTHWIND }),
    woodgroveBank({ ...direct, name: 'Woodgrove Bank' }),
    adatumLogistics({ ...direct, name: 'Adatum Logistics' }),
    litwareHealth({ ...direct, name: 'Litware Health', reseller: NORTHWIND }),
    relecloud({ ...direct, name: 'Relecloud' }),
  ];
}

/** Its bill jumps: for a sale it runs six more machines for some days, and forgets their disks afterwards. */
function tailwindTraders(owner: Owner): DemoCustomer {
  const { setting } = owner;
  const sale = { from: hourAt(setting, 70), to: hourAt(setting, 85) };
  const prod = { environment: 'production', costCenter: 'TW-100', owner: 'shop@tailwind.example' };
  const shop = stackSubscription(owner, 'Tailwind shop', {
    resources: (placeIn) => {
      const web = placeIn('rg-shop-web', prod);
      const data = placeIn('rg-shop-data', prod);
      const extra = placeIn('rg-shop-sale', { ...prod, campaign: 'season-sale' });
      return [
        ...numbered('shop-web', 3).flatMap((name) => [
          virtualMachine(web, name, { size: 'Standard_DS2_v2', os: 'linux' }),
          disk(web, `${name}-os`, 'diskP10'),
        ]),
        ...numbered('sale-web', 6).flatMap((name) => [
          virtualMachine(extra, name, { size: 'Standard_F4s_v2', os: 'linux', runs: sale }),
          disk(extra, `${name}-os`, 'diskP10', { from: sale.from }),
        ]),
        virtualMachine(data, 'shop-sql-01', { size: 'Standard_D8s_v3', os: 'windows' }),
        growingDisk(data, 'shop-sql-01-data', '611.75'),
        storageAccount(data, 'tailwindmedia', { start: '412.5', perHour: '0.037', peakOut: '9.6' }),
        publicIp(web, 'shop-frontend-ip'),
      ];
    },
  });
  const staging = stackSubscription(owner, 'Tailwind staging', {
    resources: (placeIn) => {
      const place = placeIn('rg-staging', { environment: 'staging', costCenter: 'TW-110' });
      const machine = { size: 'Standard_A2_v2', os: 'linux' } as const;
      return [
        virtualMachine(place, 'stage-01', { ...machine, runs: { schedule: 'WORKING_HOURS' } }),
        disk(place, 'stage-01-os', 'diskS10'),
      ];
    },
  });
  const csp = cspSubscription(owner, 'Tailwind Traders CSP');
  return customer(owner, {
    csp: [csp],
    stack: [shop, staging],
    changes: [mapped(owner, csp, setting.startHour)],
  });
}

/** Three subscriptions, and towards the end a preview service whose meter nobody knows. */
function woodgroveBank(owner: Owner): DemoCustomer {
  const { setting } = owner;
  const tags = { environment: 'production', dataClass: 'confidential', costCenter: 'WG-7' };
  const core = stackSubscription(owner, 'Woodgrove core banking', {
    resources: (placeIn) => {
      const place = placeIn('rg-core', tags);
      const preview = resource(place, 'Contoso.EventStreams/namespaces', 'ledger-events', {
        pushedBy: 'Contoso.EventStreams',
        runs: { from: hourAt(setting, 80) },
        meters: [
          {
            meterId: guidOf(setting.seed, 'meter event streams'),
            amount: { kind: 'RHYTHM', peak: '12.25' },
          },
        ],
      });
      return [
        ...numbered('ledger', 2).flatMap((name) => [
          virtualMachine(place, name, { size: 'Standard_E16s_v3', os: 'windows' }),
          disk(place, `${name}-data`, 'diskP30'),
        ]),
        keyVault(place, 'woodgrove-keys'),
        resource(place, 'Microsoft.KeyVault/vaults', 'woodgrove-hsm', {
          pushedBy: 'Microsoft.KeyVault',
          meters: [measured('advancedKeyTransactions', { kind: 'RHYTHM', peak: '0.04375' })],
        }),
        publicIp(place, 'core-gateway-ip'),
        preview,
      ];
    },
  });
  const recovery = stackSubscription(owner, 'Woodgrove recovery', {
    resources: (placeIn) => [
      resource(placeIn('rg-recovery', tags), 'Microsoft.Storage/storageAccounts', 'woodgrovedr', {
        meters: [measured('pageBlobGbHours', { kind: 'GROWING', start: '2048', perHour: '0.4' })],
      }),
    ],
  });
  const csp = cspSubscription(owner, 'Woodgrove Bank CSP');
  return customer(owner, {
    csp: [csp],
    stack: [core, woodgroveTest(owner), recovery],
    changes: [mapped(owner, csp, setting.startHour)],
  });
}

function woodgroveTest(owner: Owner): ReturnType<typeof stackSubscription> {
  return stackSubscription(owner, 'Woodgrove test', {
    resources: (placeIn) => {
      const place = placeIn('rg-test', { environment: 'test', costCenter: 'WG-8' });
      const machine = { size: 'Standard_DS2_v2', os: 'windows' } as const;
      return numbered('test', 3).flatMap((name) => [
        virtualMachine(place, name, { ...machine, runs: { schedule: 'WORKING_HOURS' } }),
        disk(place, `${name}-os`, 'diskS10'),
      ]);
    },
  });
}

/** One machine that runs every hour of every month: its hours are the hours of the calendar. */
function adatumLogistics(owner: Owner): DemoCustomer {
  const tags = { environment: 'production', costCenter: 'AD-31' };
  const tracking = stackSubscription(owner, 'Adatum tracking', {
    resources: (placeIn) => {
      const place = placeIn('rg-tracking', tags);
      return [
        virtualMachine(place, 'tracking-01', { size: 'Standard_D8s_v3', os: 'linux' }),
        growingDisk(place, 'tracking-01-data', '297.125'),
        appServicePlan(place, 'plan-parcel-portal', '2', 4),
      ];
    },
  });
  const data = stackSubscription(owner, 'Adatum warehouse data', {
    resources: (placeIn) => [
      resource(placeIn('rg-sql', tags), 'Microsoft.SQLAdapter/databases', 'adatum-warehouse', {
        pushedBy: 'Microsoft.SQLAdapter',
        meters: [measured('sqlMegabyteHours', { kind: 'GROWING', start: '51200', perHour: '3.75' })],
      }),
    ],
  });
  const csp = cspSubscription(owner, 'Adatum Logistics CSP');
  return customer(owner, {
    csp: [csp],
    stack: [tracking, data],
    changes: [mapped(owner, csp, owner.setting.startHour)],
  });
}

/** Moves to a new agreement in the middle of a month and of a day; the change is entered a day later. */
function litwareHealth(owner: Owner): DemoCustomer {
  const { setting } = owner;
  const tags = { environment: 'production', department: 'imaging' };
  const clinic = stackSubscription(owner, 'Litware clinic systems', {
    resources: (placeIn) => {
      const place = placeIn('rg-clinic', tags);
      return [
        ...numbered('pacs', 2).flatMap((name) => [
          virtualMachine(place, name, { size: 'Standard_F4s_v2', os: 'windows' }),
          disk(place, `${name}-os`, 'diskP10'),
        ]),
        keyVault(place, 'litware-keys'),
      ];
    },
  });
  const archive = stackSubscription(owner, 'Litware image archive', {
    resources: (placeIn) => [
      storageAccount(placeIn('rg-archive', { ...tags, retention: '10y' }), 'litwareimages', {
        start: '8211.0625',
        perHour: '1.18',
        peakOut: '2.4',
      }),
    ],
  });
  const old = cspSubscription(owner, 'Litware Health CSP');
  const renewed = cspSubscription(owner, 'Litware Health CSP, new agreement');
  const from = midMonth(setting);
  return customer(owner, {
    csp: [old, renewed],
    stack: [clinic, archive],
    changes: [
      mapped(owner, old, setting.startHour),
      mapped(owner, renewed, from, Math.min(from + 26, setting.endHour - 1)),
    ],
  });
}

/** A burst of late usage: for 40 hours its rows could not be handed out, and then all came in one hour. */
function relecloud(owner: Owner): DemoCustomer {
  const { setting } = owner;
  const from = hourAt(setting, 55);
  const outage = { from, to: Math.min(from + 40, setting.endHour - 2) };
  const streaming = stackSubscription(owner, 'Relecloud streaming', {
    outage,
    resources: (placeIn) => {
      const place = placeIn('rg-streaming', { environment: 'production', costCenter: 'RC-1' });
      return [
        ...numbered('encoder', 2).flatMap((name) => [
          virtualMachine(place, name, { size: 'Standard_F4s_v2', os: 'linux' }),
          disk(place, `${name}-scratch`, 'diskP30'),
        ]),
        storageAccount(place, 'relecloudvod', {
          start: '1530.25',
          perHour: '0.61',
          peakOut: '74.5',
        }),
        publicIp(place, 'origin-ip'),
      ];
    },
  });
  const csp = cspSubscription(owner, 'Relecloud CSP');
  return customer(owner, {
    csp: [csp],
    stack: [streaming],
    changes: [mapped(owner, csp, setting.startHour)],
  });
}
