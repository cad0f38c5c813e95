/** The smaller customers of `contoso-hub`, most of them with usage that lands on the base subscription. */
import {
  cspSubscription,
  customer,
  hourAt,
  mapped,
  numbered,
  stackSubscription,
  tenantOf,
  unclaimed,
} from './demo-customer.js';
import type { DemoCustomer, DemoSetting, Owner } from './demo-customer.js';
import {
  appServicePlan,
  disk,
  flat,
  functionApp,
  measured,
  publicIp,
  resource,
  storageAccount,
  virtualMachine,
} from './demo-resource.js';
import { NORTHWIND, WINGTIP } from './large-customers.js';

/** The customers of little usage: each shows one way in which usage misses its mapping, or does not. */
export function smallCustomers(setting: DemoSetting, location: string): DemoCustomer[] {
  const direct = { setting, location };
  return [
    prosewarePublishing({ ...direct, name: 'Proseware Publishing', reseller: WINGTIP }),
    wideWorldImporters({ ...direct, name: 'Wide World Importers', reseller: WINGTIP }),
    fourthCoffee({ ...direct, name: 'Fourth Coffee', reseller: NORTHWIND }),
    lamnaHealthcare({ ...direct, name: 'Lamna Healthcare', reseller: WINGTIP }),
    alpineSkiHouse({ ...direct, name: 'Alpine Ski House', reseller: WINGTIP }),
    ownerless({ ...direct, name: 'nobody' }),
  ];
}

/** Unmapped again when its contract ended: since then it costs the provider money. */
function prosewarePublishing(owner: Owner): DemoCustomer {
  const { setting } = owner;
  const tags = { environment: 'production', costCenter: 'PW-5' };
  const press = stackSubscription(owner, 'Proseware press', {
    resources: (placeIn) => {
      const place = placeIn('rg-press', tags);
      return [
        appServicePlan(place, 'plan-press', '1', 3),
        functionApp(place, 'proseware-typeset'),
        virtualMachine(place, 'layout-01', { size: 'Standard_DS2_v2', os: 'windows' }),
        disk(place, 'layout-01-os', 'diskS30'),
        resource(place, 'Microsoft.MySQLAdapter/databases', 'proseware-cms', {
          pushedBy: 'Microsoft.MySQLAdapter',
          meters: [measured('mySqlMegabyteHours', { kind: 'GROWING', start: '10240', perHour: '1.5' })],
        }),
      ];
    },
  });
  const csp = cspSubscription(owner, 'Proseware Publishing CSP');
  const ended = hourAt(setting, 80);
  const { tenantId } = tenantOf(owner);
  return customer(owner, {
    csp: [csp],
    stack: [press],
    changes: [mapped(owner, csp, setting.startHour), { kind: 'UNMAP', at: ended, tenantId, effectiveFrom: ended }],
  });
}

/** Never mapped; and at some point someone started the largest machine there is, and forgot it. */
function wideWorldImporters(owner: Owner): DemoCustomer {
  const imports = stackSubscription(owner, 'Wide World imports', {
    resources: (placeIn) => {
      const place = placeIn('rg-imports', { environment: 'production' });
      const lab = placeIn('rg-tmp-delete-me', { owner: 'someone who left' });
      const nightly = {
        size: 'Standard_DS2_v2',
        os: 'linux',
        runs: { schedule: 'NIGHTLY' },
      } as const;
      const forgotten = { from: hourAt(owner.setting, 45) };
      return [
        ...numbered('customs-batch', 4).map((name) => virtualMachine(place, name, nightly)),
        publicIp(place, 'edi-ip', 'dynamicIp'),
        virtualMachine(lab, 'benchmark-01', {
          size: 'Standard_E16s_v3',
          os: 'linux',
          runs: forgotten,
        }),
        disk(lab, 'benchmark-01-os', 'diskP30', forgotten),
      ];
    },
  });
  return customer(owner, {
    csp: [cspSubscription(owner, 'Wide World Importers CSP')],
    stack: [imports],
  });
}

/** Mapped only after some weeks: what it used before stays on the base subscription. */
function fourthCoffee(owner: Owner): DemoCustomer {
  const shops = stackSubscription(owner, 'Fourth Coffee shops', {
    resources: (placeIn) => {
      const place = placeIn('rg-shops', { environment: 'production', region: 'all' });
      return [
        appServicePlan(place, 'plan-orders', '1', 2),
        storageAccount(place, 'fourthcoffeemenu', {
          start: '12.5',
          perHour: '0.002',
          peakOut: '1.1',
        }),
      ];
    },
  });
  const csp = cspSubscription(owner, 'Fourth Coffee CSP');
  return customer(owner, {
    csp: [csp],
    stack: [shops],
    changes: [mapped(owner, csp, hourAt(owner.setting, 33))],
  });
}

/** Old machines with meters that were replaced years ago: disk hours, not disk months; bytes, not gigabytes. */
function lamnaHealthcare(owner: Owner): DemoCustomer {
  const legacy = stackSubscription(owner, 'Lamna ward systems', {
    resources: (placeIn) => {
      const place = placeIn('RG-LEGACY');
      return [
        virtualMachine(place, 'WARD01', { size: 'Standard_A2_v2', os: 'windows' }),
        resource(place, 'Microsoft.Compute/disks', 'WARD01_OsDisk', {
          meters: [
            measured('oldDiskS20Hours', flat('1')),
            measured('oldStandardDiskByteHours', {
              kind: 'GROWING',
              start: '137438953472',
              perHour: '1048576',
            }),
          ],
        }),
        resource(place, 'Microsoft.Network/publicIPAddresses', 'WARD01-ip', {
          meters: [measured('oldPublicIp', flat('1'))],
        }),
      ];
    },
  });
  const csp = cspSubscription(owner, 'Lamna Healthcare CSP');
  return customer(owner, {
    csp: [csp],
    stack: [legacy],
    changes: [mapped(owner, csp, owner.setting.startHour)],
  });
}

/**
 * Busy at weekends. One of its subscriptions was nobody's for weeks; when it was assigned, its open days moved and its
 * closed ones stayed on the base subscription. It moves to another CSP subscription soon: that mapping is made already.
 */
function alpineSkiHouse(owner: Owner): DemoCustomer {
  const { setting } = owner;
  const tags = { environment: 'production', season: 'winter' };
  const weekends = {
    size: 'Standard_DS2_v2',
    os: 'linux',
    runs: { schedule: 'WEEKENDS' },
  } as const;
  const lifts = stackSubscription(owner, 'Alpine lift passes', {
    resources: (placeIn) => [
      ...numbered('ticket', 3).map((name) => virtualMachine(placeIn('rg-lifts', tags), name, weekends)),
      publicIp(placeIn('rg-lifts', tags), 'lifts-ip'),
    ],
  });
  const webcams = stackSubscription(owner, 'Alpine webcams', {
    at: hourAt(setting, 70),
    resources: (placeIn) => [
      storageAccount(placeIn('rg-webcams', tags), 'alpinewebcams', {
        start: '96.75',
        perHour: '0.225',
        peakOut: '31.5',
      }),
    ],
  });
  const current = cspSubscription(owner, 'Alpine Ski House CSP');
  const next = cspSubscription(owner, 'Alpine Ski House CSP, next season');
  return customer(owner, {
    csp: [current, next],
    stack: [lifts, webcams],
    changes: [
      mapped(owner, current, setting.startHour),
      // Planned for a day later at first: that step is superseded before it ever held.
      mapped(owner, next, setting.endHour + 60, hourAt(setting, 93)),
      mapped(owner, next, setting.endHour + 36, hourAt(setting, 97)),
    ],
  });
}

/** Two stack subscriptions that send usage, and nobody knows whose they are. */
function ownerless(owner: Owner): DemoCustomer {
  const machine = stackSubscription(owner, 'unclaimed machine', {
    resources: (placeIn) => [
      virtualMachine(placeIn('rg-poc'), 'poc-vm', { size: 'Standard_F4s_v2', os: 'linux' }),
      disk(placeIn('rg-poc'), 'poc-vm-os', 'diskS10'),
    ],
  });
  const trial = stackSubscription(owner, 'unclaimed trial', {
    resources: (placeIn) => [
      resource(placeIn('trial'), 'Microsoft.Storage/storageAccounts', 'trial7f3a', {
        runs: { from: hourAt(owner.setting, 50) },
        meters: [measured('blobGbHours', { kind: 'GROWING', start: '0.00000838', perHour: '0.0000001' })],
      }),
    ],
  });
  return unclaimed([machine, trial]);
}
