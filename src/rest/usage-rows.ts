/**
 * Rows of the usage APIs as JSON. Written by hand: a page is a thousand rows of one shape, and numbers keep their
 * digits.
 */
import { Utf8Writer } from '../primitives/utf8-writer.js';
import { HOURS_PER_DAY, hourText } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import type { ResourceRow } from '../reading/dimensions.js';
import type { ResourceUsage } from '../reading/resource-usage.js';
import type { Granularity } from '../reading/usage-spans.js';

/** What the rows of a page name by row id. */
export interface Names {
  /** Stack subscription → its GUID. */
  readonly stackSubscriptions: ReadonlyMap<number, string>;
  /** Meter → its id as the stamp spells it. */
  readonly meters: ReadonlyMap<number, string>;
}

/**
 * The answer `{"value":[…],"nextLink":…}`, row for row in the shape that a real stamp sends; where Microsoft's page
 * differs (type, id, fields that are objects), the wire wins. Quantities are written as the exact decimals that the
 * books hold: what came as 8.3e-08 goes out as 0.000000083, the same JSON number. A row of no one resource, which
 * `showDetails=false` asks for, has no `instanceData`.
 */
export function usageAnswer(
  rows: readonly ResourceUsage[],
  page: {
    readonly callerGuid: string;
    readonly granularity: Granularity;
    readonly names: Names;
    readonly nextLink: string | null;
  },
): Buffer {
  const { names, nextLink } = page;
  const width = page.granularity === 'DAILY' ? HOURS_PER_DAY : 1;
  const instances = new Map<number, string>();
  const times = new Map<Hour, string>();
  const instanceOf = (resource: ResourceRow) => remembered(instances, resource.id, () => instanceData(resource));
  const timeOf = (hour: Hour) => remembered(times, hour, () => wireTime(hour));
  const idStart = `/subscriptions/${page.callerGuid}/providers/Microsoft.Commerce/UsageAggregate/`;
  const out = new Utf8Writer();
  out.add('{"value":[');
  let before = '';
  for (const row of rows) {
    const stackSubscription = names.stackSubscriptions.get(row.stackSubscriptionId);
    const meter = names.meters.get(row.meterId);
    if (stackSubscription === undefined || meter === undefined) continue;
    const name = `${stackSubscription}-${meter}`;
    const start = row.usageWindow * width;
    const instance = row.resource === null ? '' : `"instanceData":${instanceOf(row.resource)},`;
    out.add(
      `${before}{"id":"${idStart}${name}","name":"${name}","type":"Microsoft.Commerce/UsageAggregate","properties":{"subscriptionId":"${stackSubscription}","usageStartTime":"${timeOf(start)}","usageEndTime":"${timeOf(start + width)}",${instance}"quantity":${row.quantity},"meterId":"${meter}","name":"${name}"}}`,
    );
    before = ',';
  }
  out.add(nextLink === null ? ']}' : `],"nextLink":${JSON.stringify(nextLink)}}`);
  return out.end();
}

/** JSON in a JSON string; in it, tags and additional info are strings to the letter. */
function instanceData({ uri, location, tags, additionalInfo }: ResourceRow): string {
  return JSON.stringify(
    JSON.stringify({ 'Microsoft.Resources': { resourceUri: uri, location, tags, additionalInfo } }),
  );
}

/** The stamp's own form, for example "2019-12-10T18:00:00+00:00". */
function wireTime(hour: Hour): string {
  return `${hourText(hour).slice(0, 19)}+00:00`;
}

function remembered<Key>(memory: Map<Key, string>, key: Key, make: () => string): string {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
