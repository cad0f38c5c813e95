/** The rule of what is a usage record: shapes in, entries or rejections out. Pure; nothing here knows the books. */
import { LRUCache } from 'lru-cache';

import { NumberText, canonicalJson, isJsonObject, parseExactJson } from './exact-json.js';
import type { JsonObject, JsonValue } from './exact-json.js';
import { Refused, refuse } from './rejection.js';
import type { Rejection } from './rejection.js';
import { canonicalGuid } from '../../primitives/ids.js';
import { ownText, sharedText } from '../../primitives/own-text.js';
import { isNegative, parseQuantity } from '../../primitives/quantity.js';
import type { Quantity } from '../../primitives/quantity.js';
import { hourOf, hourText, parseInstant, wholeHour } from '../../primitives/windows.js';
import type { Hour } from '../../primitives/windows.js';

/** A record that passed the checks, in the books' own terms. */
export interface UsageEntry {
  /** Who sent it: a resource provider's name for itself, or the stamp for pulled usage. */
  readonly source: string;
  /** The sender's id; null for usage pulled from a stamp, whose rows have none. */
  readonly recordId: string | null;
  readonly stackSubscriptionGuid: string;
  readonly meterGuid: string;
  /** The meter id as it was written: stamps send some in upper case, some without dashes. */
  readonly meterWireId: string;
  readonly resourceUri: string;
  readonly location: string;
  /** JSON text, or empty. */
  readonly tags: string;
  readonly additionalInfo: string;
  readonly usageHour: Hour;
  /** The reported hour that the stamp gave it; null for pushed usage, which is filed when it arrives. */
  readonly reportedHour: Hour | null;
  readonly quantity: Quantity;
  /** Digits finer than 24 decimals were rounded. */
  readonly isRounded: boolean;
  /** Record id that this one corrects by a signed difference. */
  readonly corrects: string | null;
}

/** What a check says; a refused record is named by what of it could be read. */
export type Checked =
  | { readonly ok: true; readonly entry: UsageEntry }
  | {
      readonly ok: false;
      readonly rejection: Rejection;
      readonly recordId: string | null;
      readonly source: string | null;
      readonly stackSubscriptionGuid: string | null;
      /** Of a row of a stamp that could be read, and may be taken in later: see `deliveryOfQuarantined`. */
      readonly reportedHour: Hour | null;
    };

/** The source of rows of stamps that somebody replayed. No sender may call itself that: it could take their ids. */
export const REPLAYED_SOURCE = 'replayed';
/** The source of corrections that an operator makes. They name what they correct by its identity in hex. */
export const CORRECTING_SOURCE = 'correction';
const NAME_LENGTH_MAX = 200;
const METER_LENGTH_MAX = 64;
const URI_LENGTH_MAX = 2048;
const LOCATION_LENGTH_MAX = 128;
const DETAIL_BYTES_MAX = 16_384;
const FIRST_YEAR = Date.UTC(2015, 0, 1);
/** A sender's clock may run ahead of ours by this much before its usage counts as not over yet. */
const CLOCK_SKEW_MS = 5 * 60_000;

const FIELDS: ReadonlySet<string> = new Set([
  'id',
  'source',
  'stackSubscriptionId',
  'meterId',
  'resourceUri',
  'location',
  'tags',
  'additionalInfo',
  'usageStartTime',
  'usageEndTime',
  'quantity',
  'corrects',
]);
/** Most text is printable ASCII, which nothing below finds fault with. */
const PLAIN = /^[ -~]*$/;
/** Control characters end up in logs and spreadsheets; NUL is what identities are joined by. */
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Half a character becomes another one when it is stored, and two ids the same. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What makes it this record and no other, within its registration; joined by what no part of it holds. */
export function identityText(entry: UsageEntry): string {
  const { source, recordId, stackSubscriptionGuid, meterGuid, resourceUri, usageHour, reportedHour } = entry;
  if (recordId !== null) return pushedIdentityText(source, recordId);
  return `pulled\u0000${stackSubscriptionGuid}\u0000${meterGuid}\u0000${resourceUri.toLowerCase()}\u0000${usageHour}\u0000${reportedHour}`;
}

/** What makes a pushed record this one and no other. */
export function pushedIdentityText(source: string, recordId: string): string {
  return `pushed\u0000${source}\u0000${recordId}`;
}

/** Checks a pushed record, as `POST /v1/usage` documents it. `now` is in milliseconds since 1970. */
export function checkUsageRecord(value: JsonValue, now: number): Checked {
  return guarded(value, { source: 'source', recordId: 'id', stack: 'stackSubscriptionId' }, () => {
    if (!isJsonObject(value)) throw refuse('NOT_AN_OBJECT', 'A record is a JSON object.');
    for (const field in value) {
      if (!FIELDS.has(field)) {
        throw refuse('UNKNOWN_FIELD', `A record has no field "${field.slice(0, 64)}".`, field.slice(0, 64));
      }
    }
    const source = sharedText(sourceOf(value));
    const recordId = textOf(value, 'id', NAME_LENGTH_MAX);
    const corrects = value['corrects'] == null ? null : textOf(value, 'corrects', NAME_LENGTH_MAX);
    if (corrects === recordId) throw refuse('CORRECTS_ITSELF', 'A record cannot correct itself.', 'corrects');
    const { quantity, isRounded } = quantityOf(value, corrects !== null);
    const stackSubscriptionGuid = guidOf(value, 'stackSubscriptionId');
    const { meterGuid, meterWireId } = meterOf(value);
    // Field by field: rows made by spreading are slow to make and, worse, slow to read ever after.
    return {
      source,
      recordId,
      stackSubscriptionGuid,
      meterGuid,
      meterWireId,
      resourceUri: sharedText(textOf(value, 'resourceUri', URI_LENGTH_MAX)),
      location: sharedText(optionalTextOf(value, 'location', LOCATION_LENGTH_MAX)),
      tags: sharedText(tagsOf(value)),
      additionalInfo: sharedText(detailOf(value, 'additionalInfo')),
      usageHour: windowOf(value, now),
      reportedHour: null,
      quantity,
      isRounded,
      corrects,
    };
  });
}

/**
 * Checks one row of Azure Stack Hub's provider usage response (`Microsoft.Commerce.Admin` usage aggregates). The stamp
 * gives rows no ids of their own; a row is identified by what it is about and by the reported hour that was asked for.
 * A row below zero is taken in only where an operator vouches for it.
 */
export function checkProviderRow(
  value: JsonValue,
  pulled: {
    readonly reportedHour: Hour;
    readonly source: string;
    readonly now: number;
    readonly mayBeNegative?: boolean;
  },
): Checked {
  const checked = checkSignedRow(value, pulled);
  if (!checked.ok || pulled.mayBeNegative === true || !isNegative(checked.entry.quantity)) return checked;
  const { source, stackSubscriptionGuid, reportedHour } = checked.entry;
  const rejection: Rejection = {
    code: 'NEGATIVE_QUANTITY',
    message: 'A stamp reported less than nothing; an operator may take it in.',
    field: 'quantity',
  };
  return { ok: false, rejection, recordId: null, source, stackSubscriptionGuid, reportedHour };
}

function checkSignedRow(
  value: JsonValue,
  pulled: { readonly reportedHour: Hour; readonly source: string; readonly now: number },
): Checked {
  const properties = isJsonObject(value) ? (value['properties'] ?? null) : null;
  return guarded(properties, { source: null, recordId: null, stack: 'subscriptionId' }, () => {
    if (!isJsonObject(properties)) {
      throw refuse('NOT_AN_OBJECT', 'A row of the provider usage response has an object "properties".', 'properties');
    }
    const stackSubscriptionGuid = guidOf(properties, 'subscriptionId');
    const meter = meterOf(properties);
    const usageHour = windowOf(properties, pulled.now);
    if (pulled.reportedHour > hourOf(pulled.now + CLOCK_SKEW_MS)) {
      throw refuse('WINDOW_IN_FUTURE', 'The reported hour has not begun yet.');
    }
    if (usageHour > pulled.reportedHour) {
      throw refuse('WINDOW_IN_FUTURE', 'Usage cannot be reported before it happened.', 'usageStartTime');
    }
    const instance = instanceOf(properties);
    const resourceUri = sharedText(textOf(instance, 'resourceUri', URI_LENGTH_MAX));
    return {
      source: pulled.source,
      recordId: null,
      stackSubscriptionGuid,
      ...meter,
      resourceUri,
      location: sharedText(optionalTextOf(instance, 'location', LOCATION_LENGTH_MAX)),
      tags: sharedText(embeddedText(instance, 'tags')),
      additionalInfo: sharedText(embeddedText(instance, 'additionalInfo')),
      usageHour,
      reportedHour: pulled.reportedHour,
      ...quantityOf(properties, true),
      corrects: null,
    };
  });
}

/** An entry of a source that its sender may not use. */
export function ofOtherSource({ recordId, source, stackSubscriptionGuid }: UsageEntry): Checked {
  const { rejection } = refuse('SOURCE_NOT_GRANTED', 'The credential does not hold for this source.', 'source');
  return { ok: false, rejection, recordId, source, stackSubscriptionGuid, reportedHour: null };
}

/** A line of a body that is not JSON: that line alone is refused. */
export function malformedLine(message: string): Checked {
  const rejection: Rejection = { code: 'MALFORMED_LINE', message, field: null };
  return { ok: false, rejection, recordId: null, source: null, stackSubscriptionGuid: null, reportedHour: null };
}

function guarded(
  value: JsonValue,
  names: { readonly source: string | null; readonly recordId: string | null; readonly stack: string },
  check: () => UsageEntry,
): Checked {
  try {
    return { ok: true, entry: check() };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const stack = nameIn(value, names.stack);
    return {
      ok: false,
      rejection: error.rejection,
      source: nameIn(value, names.source),
      recordId: nameIn(value, names.recordId),
      stackSubscriptionGuid: stack === null ? null : canonicalGuid(stack),
      reportedHour: null,
    };
  }
}

function nameIn(value: JsonValue, field: string | null): string | null {
  const named = field === null || !isJsonObject(value) ? null : value[field];
  return typeof named === 'string' ? named.slice(0, NAME_LENGTH_MAX) : null;
}

function required(object: JsonObject, field: string): JsonValue {
  const value = object[field];
  if (value === undefined || value === null) throw refuse('MISSING_FIELD', `${field} is missing.`, field);
  return value;
}

function textOf(object: JsonObject, field: string, lengthMax: number): string {
  const value = required(object, field);
  if (typeof value !== 'string') throw refuse('WRONG_TYPE', `${field} is a string.`, field);
  if (value === '') throw refuse('MISSING_FIELD', `${field} is empty.`, field);
  return checkedText(value, field, lengthMax);
}

function optionalTextOf(object: JsonObject, field: string, lengthMax: number): string {
  const value = object[field];
  return value === undefined || value === null || value === '' ? '' : textOf(object, field, lengthMax);
}

function checkedText(value: string, field: string, lengthMax: number): string {
  if (value.length > lengthMax) {
    throw refuse('TOO_LONG', `${field} has at most ${lengthMax} characters.`, field);
  }
  if (PLAIN.test(value)) return value;
  if (CONTROL.test(value)) throw refuse('INVALID_TEXT', `${field} holds a control character.`, field);
  if (LONE_SURROGATE.test(value)) throw refuse('INVALID_TEXT', `${field} holds half a character.`, field);
  return value;
}

/** Servers of the MySQL family compare names without the spaces at their end, and two sources must not become one. */
export function isSourceName(name: string): boolean {
  return name !== '' && name.length <= NAME_LENGTH_MAX && name.trim() === name && !CONTROL.test(name);
}

function sourceOf(object: JsonObject): string {
  const source = textOf(object, 'source', NAME_LENGTH_MAX);
  if (source.trim() !== source) throw refuse('INVALID_TEXT', 'source begins or ends with a space.', 'source');
  if (source === REPLAYED_SOURCE) throw refuse('INVALID_TEXT', 'source is that of rows that are replayed.', 'source');
  if (source === CORRECTING_SOURCE) {
    throw refuse('INVALID_TEXT', "source is that of an operator's corrections.", 'source');
  }
  return source;
}

function guidOf(object: JsonObject, field: string): string {
  return canonical(textOf(object, field, METER_LENGTH_MAX), field);
}

/** Usage names the same few subscriptions and meters over and over, so texts that were understood are remembered. */
const guids = new LRUCache<string, string>({ max: 10_000 });

function canonical(text: string, field: string): string {
  const known = guids.get(text);
  if (known !== undefined) return known;
  const guid = canonicalGuid(text);
  if (guid === null) throw refuse('INVALID_GUID', `${field} is not a GUID.`, field);
  const own = ownText(guid);
  guids.set(ownText(text), own);
  return own;
}

function meterOf(object: JsonObject): { readonly meterGuid: string; readonly meterWireId: string } {
  const meterWireId = sharedText(textOf(object, 'meterId', METER_LENGTH_MAX));
  return { meterGuid: canonical(meterWireId, 'meterId'), meterWireId };
}

/** Usage comes in whole UTC hours, one at a time: what spans two hours cannot be routed by its hour. */
function windowOf(object: JsonObject, now: number): Hour {
  const start = instantOf(object, 'usageStartTime');
  const end = instantOf(object, 'usageEndTime');
  if (end - start !== 3_600_000) {
    throw refuse('WINDOW_NOT_ONE_HOUR', 'A usage window is one hour.', 'usageEndTime');
  }
  const hour = wholeHour(start);
  if (hour === null) {
    const before = hourOf(start);
    throw refuse(
      'WINDOW_NOT_ALIGNED',
      `A usage window starts on a whole UTC hour: ${hourText(before)} or ${hourText(before + 1)}.`,
      'usageStartTime',
    );
  }
  if (start > now + CLOCK_SKEW_MS) {
    throw refuse('WINDOW_IN_FUTURE', 'The usage window has not begun yet.', 'usageStartTime');
  }
  if (start < FIRST_YEAR) {
    throw refuse('WINDOW_TOO_OLD', 'There was no Azure Stack before 2015.', 'usageStartTime');
  }
  return hour;
}

function instantOf(object: JsonObject, field: string): number {
  const instant = parseInstant(textOf(object, field, 64));
  if (instant === null) throw refuse('INVALID_TIME', `${field} is not a time like 2026-01-31T13:00:00Z.`, field);
  return instant;
}

function quantityOf(
  object: JsonObject,
  mayBeNegative: boolean,
): { readonly quantity: Quantity; readonly isRounded: boolean } {
  const value = required(object, 'quantity');
  if (typeof value !== 'string' && !(value instanceof NumberText)) {
    throw refuse('WRONG_TYPE', 'quantity is a decimal, as a string or a number.', 'quantity');
  }
  const parsed = parseQuantity(typeof value === 'string' ? value : value.text);
  if (!parsed.ok) {
    throw parsed.reason === 'TOO_LARGE'
      ? refuse('QUANTITY_TOO_LARGE', 'A quantity has at most 24 digits before the point.', 'quantity')
      : refuse('INVALID_QUANTITY', 'quantity is not a decimal number.', 'quantity');
  }
  if (isNegative(parsed.quantity) && !mayBeNegative) {
    throw refuse('NEGATIVE_QUANTITY', 'Only a record that corrects another may be negative.', 'quantity');
  }
  return { quantity: parsed.quantity, isRounded: parsed.isRounded };
}

function tagsOf(object: JsonObject): string {
  const tags = object['tags'];
  if (isJsonObject(tags) && Object.values(tags).some((tag) => typeof tag !== 'string')) {
    throw refuse('WRONG_TYPE', 'The values of tags are strings.', 'tags');
  }
  return detailOf(object, 'tags');
}

/** An object as one canonical text, so that the order of its keys makes no other resource of it. */
function detailOf(object: JsonObject, field: string): string {
  const value = object[field];
  if (value === undefined || value === null) return '';
  if (!isJsonObject(value)) throw refuse('WRONG_TYPE', `${field} is an object.`, field);
  const text = canonicalJson(value);
  return boundedDetail(text === '{}' ? '' : text, field);
}

/** What the stamp puts into strings is kept to the letter: the usage APIs must give it back. */
function embeddedText(instance: JsonObject, field: string): string {
  const value = instance[field];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return boundedDetail(canonicalJson(value), field);
  if (value.includes('\u0000')) throw refuse('INVALID_TEXT', `${field} holds a NUL.`, field);
  return boundedDetail(value, field);
}

function boundedDetail(text: string, field: string): string {
  // No text has more than three bytes per unit.
  if (text.length * 3 <= DETAIL_BYTES_MAX) return text;
  if (text.length > DETAIL_BYTES_MAX || Buffer.byteLength(text) > DETAIL_BYTES_MAX) {
    throw refuse('TOO_LONG', `${field} has at most ${DETAIL_BYTES_MAX} bytes.`, field);
  }
  return text;
}

function instanceOf(properties: JsonObject): JsonObject {
  const text = required(properties, 'instanceData');
  if (typeof text !== 'string') throw refuse('WRONG_TYPE', 'instanceData is JSON in a string.', 'instanceData');
  let parsed: JsonValue;
  try {
    parsed = parseExactJson(text);
  } catch {
    throw refuse('INVALID_TEXT', 'instanceData does not hold JSON.', 'instanceData');
  }
  const instance = isJsonObject(parsed) ? parsed['Microsoft.Resources'] : undefined;
  if (!isJsonObject(instance)) {
    throw refuse('MISSING_FIELD', 'instanceData has no object "Microsoft.Resources".', 'instanceData');
  }
  return instance;
}
