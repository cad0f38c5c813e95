/** What runs on the demo's stamps, and which meters it has. */
import type { DemoAmount } from './demo-amount.js';
import { seriesOf } from './noise.js';
import { METER_CATALOG } from '../metering/meter-catalog.js';
import { invariant } from '../primitives/errors.js';
import type { Hour } from '../primitives/windows.js';

export type Schedule = 'ALWAYS' | 'WORKING_HOURS' | 'NIGHTLY' | 'WEEKENDS';

/** When a resource is used: hours of [from, to) that its schedule covers. */
export interface Runs {
  readonly from?: Hour;
  readonly to?: Hour;
  readonly schedule?: Schedule;
}

/** A meter of a resource, and how much of it the resource uses. */
export interface DemoMeter {
  /** As stamps spell it. */
  readonly meterId: string;
  readonly amount: DemoAmount;
}

/** Something that runs on the made-up stamp and emits usage. */
export interface DemoResource {
  readonly stackSubscriptionId: string;
  readonly uri: string;
  /** What tells its chance from that of other resources. */
  readonly series: number;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly additionalInfo: Readonly<Record<string, string>>;
  /** The resource provider that pushes its usage; null where the stamp itself keeps it until it is asked. */
  readonly pushedBy: string | null;
  readonly runs: Runs;
  readonly meters: readonly DemoMeter[];
}

/** Where resources are, and what they have in common. */
export interface Place {
  readonly stackSubscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Set where the whole stamp pushes its usage. */
  readonly pushedBy?: string;
}

const VM_CORES = {
  Standard_A2_v2: 2,
  Standard_DS2_v2: 2,
  Standard_F4s_v2: 4,
  Standard_D8s_v3: 8,
  Standard_E16s_v3: 16,
} as const;
export type VmSize = keyof typeof VM_CORES;

const IMAGES = {
  linux: { Publisher: 'Canonical', Offer: 'UbuntuServer', Sku: '22_04-lts' },
  windows: { Publisher: 'MicrosoftWindowsServer', Offer: 'WindowsServer', Sku: '2022-Datacenter' },
} as const;

/** Meter ids of the catalogue that the demo uses; names repeat there, so they are known by their ids. */
const METERS = {
  vmHours: '6dab500f-a4fd-49c4-956d-229bb9c8c793',
  baseCoreHours: 'fab6eb84-500b-4a09-a8ca-7358f8bbaea5',
  windowsCoreHours: '9cd92d4c-bafd-4492-b278-bedc2de8232a',
  diskS10: 'd5f7731b-f639-404a-89d0-e46186e22c8d',
  diskS30: '5b1db88a-8596-4002-8052-347947c26940',
  diskP10: 'e554b6bc-96cd-4938-a5b5-0da990278519',
  diskP30: '06bde724-9f94-43c0-84c3-d0fc54538369',
  standardDiskGb: '7ba084ec-ef9c-4d64-a179-7732c6cb5e28',
  premiumDiskGb: 'daef389a-06e5-4684-a7f7-8813d9f792d5',
  oldDiskS20Hours: '5938f8da-0ecd-4c48-8d5a-c7c6c23546be',
  oldStandardDiskByteHours: '8a409390-1913-40ae-917b-08d0f16f3c38',
  oldPublicIp: 'f114cb19-ea64-40b5-bcd7-aee474b62853',
  staticIp: 'f271a8a3-88c4-4d93-956a-063e1d2fa80b',
  dynamicIp: '9e2739ba-8674-4796-b465-f64674b822ba',
  blobGbHours: '09f8879e-87e9-4305-a572-4b7be209f857',
  pageBlobGbHours: 'b5c15376-6c94-4fdd-b655-1a69d138aca3',
  blobTransactions: '43daf82b-4618-444a-b994-40c23f7cd438',
  blobGbOut: '3023fef4-eca5-4d7b-87b3-cfbc061931e8',
  appServiceCoreHours: '190c935e-9ada-48ff-9ab8-56ea1cf9adaa',
  functionsRequests: '67cc4afc-0691-48e1-a4b8-d744d1fedbde',
  functionsCompute: 'd1d04836-075c-4f27-bf65-0a1130ec60ed',
  keyVaultTransactions: 'ebf13b9f-b3ea-46fe-bf54-396e93d48ab4',
  advancedKeyTransactions: '2c354225-b2fe-42e5-ad89-14f0ea302c87',
  sqlMegabyteHours: 'cbcfef9a-b91f-4597-a4d3-01fe334bed82',
  mySqlMegabyteHours: 'e6d8cfcd-7734-495e-b1cc-5ab0b9c24bd3',
} as const;
export type MeterName = keyof typeof METERS;

/** A resource of any kind: `type` is its provider and type, as in "Microsoft.Compute/disks". */
export function resource(
  place: Place,
  type: string,
  name: string,
  what: {
    readonly meters: readonly DemoMeter[];
    readonly additionalInfo?: Readonly<Record<string, string>>;
    readonly pushedBy?: string;
    readonly runs?: Runs;
  },
): DemoResource {
  const group = `/subscriptions/${place.stackSubscriptionId}/resourceGroups/${place.resourceGroup}`;
  const uri = `${group}/providers/${type}/${name}`;
  return {
    stackSubscriptionId: place.stackSubscriptionId,
    uri,
    series: seriesOf(uri),
    location: place.location,
    tags: place.tags,
    additionalInfo: what.additionalInfo ?? {},
    pushedBy: what.pushedBy ?? place.pushedBy ?? null,
    runs: what.runs ?? {},
    meters: what.meters,
  };
}

/** A meter of the catalogue, by its short name here, with an amount. */
export function measured(name: MeterName, amount: DemoAmount): DemoMeter {
  const meter = METER_CATALOG.find(({ meterGuid }) => meterGuid === METERS[name]);
  invariant(meter, `the meter ${name} is in the catalogue`);
  return { meterId: meter.wireId, amount };
}

/** The same quantity in every hour that the resource runs. */
export function flat(quantity: string): DemoAmount {
  return { kind: 'FLAT', quantity };
}

/** A machine has two meters: its hours, and the hours of its cores by licence. */
export function virtualMachine(
  place: Place,
  name: string,
  machine: { readonly size: VmSize; readonly os: keyof typeof IMAGES; readonly runs?: Runs },
): DemoResource {
  const cores = flat(String(VM_CORES[machine.size]));
  return resource(place, 'Microsoft.Compute/virtualMachines', name, {
    additionalInfo: { ServiceType: machine.size, ...IMAGES[machine.os] },
    runs: machine.runs ?? {},
    meters: [
      measured('vmHours', flat('1')),
      measured(machine.os === 'linux' ? 'baseCoreHours' : 'windowsCoreHours', cores),
    ],
  });
}

/** A managed disk is metered by its tier, whether its machine runs or not. */
export function disk(
  place: Place,
  name: string,
  tier: 'diskS10' | 'diskS30' | 'diskP10' | 'diskP30',
  runs: Runs = {},
): DemoResource {
  const meters = [measured(tier, { kind: 'SHARE_OF_MONTH', quantity: '1' })];
  return resource(place, 'Microsoft.Compute/disks', name, { meters, runs });
}

/** A disk whose written gigabytes are metered beside its tier. */
export function growingDisk(place: Place, name: string, gigabytes: string): DemoResource {
  return resource(place, 'Microsoft.Compute/disks', name, {
    meters: [
      measured('diskP30', { kind: 'SHARE_OF_MONTH', quantity: '1' }),
      measured('premiumDiskGb', { kind: 'SHARE_OF_MONTH', quantity: gigabytes }),
    ],
  });
}

/** A public address: one per hour, of the meter of its kind. */
export function publicIp(place: Place, name: string, kind: 'staticIp' | 'dynamicIp' = 'staticIp') {
  const meters = [measured(kind, flat('1'))];
  return resource(place, 'Microsoft.Network/publicIPAddresses', name, { meters });
}

/** Blobs: what is held, what is asked of it and what leaves it. */
export function storageAccount(
  place: Place,
  name: string,
  size: { readonly start: string; readonly perHour: string; readonly peakOut: string },
): DemoResource {
  return resource(place, 'Microsoft.Storage/storageAccounts', name, {
    meters: [
      measured('blobGbHours', { kind: 'GROWING', start: size.start, perHour: size.perHour }),
      measured('blobTransactions', { kind: 'RHYTHM', peak: '3.7' }),
      measured('blobGbOut', { kind: 'RHYTHM', peak: size.peakOut }),
    ],
  });
}

/** Pushed by its resource provider, hour by hour; instances follow the load. */
export function appServicePlan(place: Place, name: string, cores: string, times: number) {
  return resource(place, 'Microsoft.Web/serverFarms', name, {
    pushedBy: 'Microsoft.Web',
    meters: [measured('appServiceCoreHours', { kind: 'SCALING', quantity: cores, times })],
  });
}

/** A function app, whose usage its own provider pushes. */
export function functionApp(place: Place, name: string): DemoResource {
  return resource(place, 'Microsoft.Web/sites', name, {
    pushedBy: 'Microsoft.Web',
    meters: [
      measured('functionsRequests', { kind: 'RHYTHM', peak: '1840' }),
      measured('functionsCompute', { kind: 'RHYTHM', peak: '962.5' }),
    ],
  });
}

/** A key vault, whose usage its own provider pushes. */
export function keyVault(place: Place, name: string): DemoResource {
  return resource(place, 'Microsoft.KeyVault/vaults', name, {
    pushedBy: 'Microsoft.KeyVault',
    meters: [measured('keyVaultTransactions', { kind: 'RHYTHM', peak: '0.8125' })],
  });
}
