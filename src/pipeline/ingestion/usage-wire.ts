/** The forms in which usage arrives: bytes in, checked deliveries out. What is in a record, `usage-record.ts` says. */
import { MalformedJson, canonicalJson, decodeUtf8, exactItems, isJsonObject, parseExactJson } from './exact-json.js';
import type { JsonObject, JsonValue } from './exact-json.js';
import type { QuarantinedRecord } from './ingestion.entity.js';
import { filedLate } from './late-row.js';
import { checkProviderRow, checkUsageRecord, malformedLine } from './usage-record.js';
import type { Checked } from './usage-record.js';
import type { Delivery, RecordVerdict, UsageReceipt } from './verdict.js';
import { DomainError } from '../../primitives/errors.js';
import { jsonBytes } from '../../primitives/utf8-writer.js';
import { hourOf, hourText, parseInstant } from '../../primitives/windows.js';
import type { Hour } from '../../primitives/windows.js';

export const RECORDS_PER_BATCH_MAX = 10_000;
/** Characters of a refused record that quarantine keeps: four bytes each still fit its column. */
const RAW_LENGTH_MAX = 16_000;

export const MEDIA_TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/**
 * Reads the body of `POST /v1/usage`: a JSON array of records or one record, a record per line, or CloudEvents 1.0
 * whose `data` is the record and whose `id` and `source` name it. Throws MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE or
 * BATCH_TOO_LARGE for the body as a whole; a line that is no JSON is refused alone.
 */
export function decodeUsageBody(bytes: Uint8Array, mediaType: string, now: number): readonly Delivery[] {
  switch (mediaType as MediaType) {
    case 'application/json':
      return orMalformedBody(() => deliveriesOfItems(bytes, (value) => checkUsageRecord(value, now)));
    case 'application/x-ndjson':
      return linesOfBatch(textOf(bytes)).map((line) => deliveryOfLine(line, now));
    case 'application/cloudevents+json':
    case 'application/cloudevents-batch+json':
      return orMalformedBody(() => deliveriesOfItems(bytes, (event) => checkEvent(event, now)));
    default:
      throw unsupportedMediaType();
  }
}

/** The refusal of a body whose media type is none of ours, with those that are. */
export function unsupportedMediaType(): DomainError {
  return new DomainError('UNSUPPORTED_MEDIA_TYPE', `Send one of these content types: ${MEDIA_TYPES.join(', ')}.`);
}

/** The answer to a body, as JSON in UTF-8: the counts, and a verdict per record in order. */
export function receiptBytes({ batchId, receivedAt, verdicts, ...counts }: UsageReceipt): Buffer<ArrayBuffer> {
  return jsonBytes({
    batchId,
    receivedAt: new Date(receivedAt).toISOString(),
    ...counts,
    verdicts: verdicts.map(verdictOnWire),
  });
}

/** JSON leaves out what is undefined: most verdicts of a large batch are a number and a word. */
function verdictOnWire({ index, verdict, recordId, code, message, field, isRounded, stored }: RecordVerdict) {
  return {
    index,
    verdict,
    recordId: recordId ?? undefined,
    code: code ?? undefined,
    message: code === null ? undefined : message,
    field: field ?? undefined,
    isRounded: isRounded ? true : undefined,
    stored: stored === null ? undefined : storedOnWire(stored),
  };
}

function storedOnWire({ quantity, usageHour, reportedHour }: NonNullable<RecordVerdict['stored']>) {
  return { quantity, usageStartTime: hourText(usageHour), reportedStartTime: hourText(reportedHour) };
}

/** A record that is at hand as a value. */
export function deliveryOfRecord(value: JsonValue, now: number): Delivery {
  return delivery(value, checkUsageRecord(value, now));
}

/** A record whose fields are all text, as a mutation brings it. */
export type TextRecord = Readonly<Record<string, string | null | undefined>>;

/** A record as a mutation brings it. */
export function deliveryOfTexts(record: TextRecord, now: number): Delivery {
  return new TextDelivery(checkUsageRecord(valueOf(record), now), record);
}

/** Keeps the texts alone, and makes the value of them again should quarantine want to see it. */
class TextDelivery implements Delivery {
  constructor(
    readonly checked: Checked,
    private readonly record: TextRecord,
  ) {}

  raw(): string {
    return rawOf(valueOf(this.record));
  }
}

/** Tags and details come as text of JSON. What is no JSON stays text, and is refused as such. */
function valueOf(record: TextRecord): JsonObject {
  const value: Record<string, JsonValue> = {};
  for (const field of Object.keys(record)) {
    const text = record[field] ?? null;
    if (text === null) continue;
    value[field] = field === 'tags' || field === 'additionalInfo' ? embedded(text) : text;
  }
  return value;
}

function embedded(text: string): JsonValue {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof MalformedJson) return text;
    throw error;
  }
}

/** What a file of usage turned out to be. */
export type UsageFile =
  | { readonly format: 'records' | 'cloudevents'; readonly deliveries: readonly Delivery[] }
  /** `lineNumbers`: the line of each delivery, from 1; empty lines hold none. */
  | { readonly format: 'lines'; readonly deliveries: readonly Delivery[]; readonly lineNumbers: readonly number[] }
  | { readonly format: 'provider-response'; readonly response: ProviderResponse };

/** Azure Stack Hub's provider usage response as it is on the wire. */
export interface ProviderResponse {
  readonly rows: readonly JsonValue[];
  /** The response is one page, and this is where the next one is. */
  readonly nextLink: string | null;
  /** The latest usage start in it: what was reported in one hour ends with what was used in that hour. */
  readonly latestUsageHour: Hour | null;
}

/** Recognises a file of usage by its content. Throws MALFORMED_BODY. A file may be longer than a batch. */
export function readUsageFile(bytes: Uint8Array, now: number): UsageFile {
  const text = textOf(bytes);
  const whole = wholeJson(text);
  if (whole === null) {
    refuseResponseInLines(text);
    const lineNumbers = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]));
    return { format: 'lines', deliveries: linesOf(text).map((line) => deliveryOfLine(line, now)), lineNumbers };
  }
  if (isJsonObject(whole) && Array.isArray(whole['value'])) {
    return { format: 'provider-response', response: providerResponse(whole) };
  }
  const values = asList(whole);
  const isEvents = values.length > 0 && values.every(isEvent);
  return isEvents
    ? { format: 'cloudevents', deliveries: values.map((event) => delivery(event, checkEvent(event, now))) }
    : {
        format: 'records',
        deliveries: values.map((value) => delivery(value, checkUsageRecord(value, now))),
      };
}

/** Responses or rows of a provider as lines: they do not say for which reported hour they were asked. */
function refuseResponseInLines(text: string): void {
  const first = jsonOrNull(text.split('\n').find((line) => line.trim() !== '') ?? '');
  if (!isJsonObject(first)) return;
  if (!Array.isArray(first['value']) && !isJsonObject(first['properties'] ?? null)) return;
  throw new DomainError(
    'INVALID_INPUT',
    'Its lines are rows of Azure usage. Put the rows of one reported hour into one file, {"value": [row, …]}, and say the hour with --reported-hour.',
  );
}

/** The rows of a provider usage response, filed under the reported hour that was asked for. */
export function deliveriesOfProvider(
  response: ProviderResponse,
  pulled: { readonly reportedHour: Hour; readonly source: string; readonly now: number },
): readonly Delivery[] {
  return response.rows.map((row) => delivery(row, checkProviderRow(row, pulled)));
}

/** Whether quarantine keeps the whole of a record of this text, so that it can be read again. */
export function isWhole(raw: string): boolean {
  return raw.length < RAW_LENGTH_MAX;
}

/**
 * What can be judged anew of quarantine: a correction that waits for its record; a row that its stamp reported for a
 * day that is closed, or below zero where an operator vouches for it, as usage that is filed when it is replayed; a row
 * of a meter that was one too many, as what it is, since it may have been pulled again meanwhile. Null for everything
 * else: what was pushed its sender sends again, a row of an open day is pulled again, and what was not kept whole
 * cannot be read.
 */
export function deliveryOfQuarantined(
  { raw, code, source, reportedHour }: QuarantinedRecord,
  { now, mayBeNegative = false }: { readonly now: number; readonly mayBeNegative?: boolean },
): Delivery | null {
  const isLate = (mayBeNegative ? [...FILED_LATE, 'NEGATIVE_QUANTITY'] : FILED_LATE).includes(code);
  if (!isLate && !TAKEN_IN_AS_THEY_ARE.includes(code)) return null;
  const row = jsonOrNull(raw);
  if (row === null) return null;
  if (code === 'CORRECTED_RECORD_UNKNOWN') {
    return delivery(row, isEvent(row) ? checkEvent(row, now) : checkUsageRecord(row, now));
  }
  if (reportedHour === null) return null;
  const checked = checkProviderRow(row, { reportedHour, source: source ?? '', now, mayBeNegative });
  return delivery(row, checked.ok && isLate ? { ok: true, entry: filedLate(checked.entry) } : checked);
}

const FILED_LATE = ['WINDOW_CLOSED'];
const TAKEN_IN_AS_THEY_ARE = ['CORRECTED_RECORD_UNKNOWN', 'TOO_MANY_UNKNOWN_METERS'];

function isEvent(value: JsonValue): boolean {
  return isJsonObject(value) && 'specversion' in value;
}

function jsonOrNull(text: string): JsonValue | null {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof MalformedJson) return null;
    throw error;
  }
}

function providerResponse(body: JsonObject): ProviderResponse {
  const rows = body['value'] as readonly JsonValue[];
  const starts = rows.flatMap((row) => {
    const properties = isJsonObject(row) ? row['properties'] : undefined;
    const start = isJsonObject(properties) ? properties['usageStartTime'] : undefined;
    const instant = typeof start === 'string' ? parseInstant(start) : null;
    return instant === null ? [] : [hourOf(instant)];
  });
  const nextLink = body['nextLink'];
  return {
    rows,
    nextLink: typeof nextLink === 'string' && nextLink !== '' ? nextLink : null,
    latestUsageHour: starts.length === 0 ? null : starts.reduce((left, right) => Math.max(left, right)),
  };
}

/**
 * What is in a batch lives until it is committed, and all that lives is copied about when garbage is collected: so no
 * value is kept, and those that quarantine wants to see are read again.
 */
function deliveriesOfItems(bytes: Uint8Array, check: (value: JsonValue) => Checked): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  let length = 0;
  for (const { items, again } of exactItems(bytes)) {
    length += items.length;
    if (length > RECORDS_PER_BATCH_MAX) continue;
    if (length === 1) refuseProviderResponse(items[0]);
    let values: readonly JsonValue[] | null = null;
    const readAgain = () => (values ??= again());
    items.forEach((value, place) => deliveries.push(new ItemDelivery(check(value), readAgain, place)));
  }
  refuseLonger(length);
  return deliveries;
}

/** A response of Azure's usage API is no record: its rows have no ids, and are named by the hour of the question. */
function refuseProviderResponse(value: JsonValue | undefined): void {
  if (!isJsonObject(value) || !Array.isArray(value['value'])) return;
  throw new DomainError(
    'MALFORMED_BODY',
    'This is a response of the Azure usage API, and /v1/usage takes records. Save it to a file and take it in with: usage-gateway ingest FILE --registration NAME.',
  );
}

/** An item of a list. A class, because thousands of functions that wait weigh as much as what they would answer. */
class ItemDelivery implements Delivery {
  constructor(
    readonly checked: Checked,
    private readonly items: () => readonly JsonValue[],
    private readonly place: number,
  ) {}

  raw(): string {
    return rawOf(this.items()[this.place] ?? null);
  }
}

function deliveryOfLine(line: string, now: number): Delivery {
  try {
    const checked = checkUsageRecord(parseExactJson(line), now);
    return { checked, raw: () => rawOf(parseExactJson(line)) };
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    return { checked: malformedLine(error.message), raw: () => line.slice(0, RAW_LENGTH_MAX) };
  }
}

/** A CloudEvent without `data` that is an object is checked as a record without fields, and refused as such. */
function checkEvent(event: JsonValue, now: number): Checked {
  if (!isJsonObject(event)) return checkUsageRecord(event, now);
  const { id, source, data, specversion } = event;
  if (specversion !== '1.0') return malformedLine('A CloudEvent has specversion "1.0".');
  return checkUsageRecord({ ...(isJsonObject(data) ? data : {}), id: id ?? null, source: source ?? null }, now);
}

function delivery(value: JsonValue, checked: Checked): Delivery {
  return { checked, raw: () => rawOf(value) };
}

function rawOf(value: JsonValue): string {
  return canonicalJson(value).slice(0, RAW_LENGTH_MAX);
}

function asList(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function linesOfBatch(text: string): readonly string[] {
  const lines = linesOf(text);
  refuseLonger(lines.length);
  return lines;
}

function refuseLonger(length: number): void {
  if (length <= RECORDS_PER_BATCH_MAX) return;
  throw new DomainError(
    'BATCH_TOO_LARGE',
    `A batch has at most ${RECORDS_PER_BATCH_MAX} records, and this one has ${length}.`,
  );
}

function textOf(bytes: Uint8Array): string {
  return orMalformedBody(() => decodeUtf8(bytes));
}

function orMalformedBody<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedJson) throw new DomainError('MALFORMED_BODY', error.message);
    throw error;
  }
}

/** The text as one JSON value; null when it is one value per line. */
function wholeJson(text: string): JsonValue | null {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    const [first = ''] = linesOf(text);
    try {
      parseExactJson(first);
    } catch {
      throw new DomainError('MALFORMED_BODY', error.message);
    }
    return null;
  }
}
