import { readUsageFile } from '../../src/pipeline/ingestion/usage-wire.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { NOW, openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { rowCounts } from '../support/book-lines.js';
import { METERS, guid, registerStamp, usageRecord } from '../support/world.js';

/** Parts of a record as they stand on the wire: numbers keep what JavaScript would round away. */
interface Case {
  readonly what: string;
  /** The record's text. */
  readonly text: string;
  /** The code of its rejection, or ACCEPTED. */
  readonly code: string;
  readonly field?: string;
}

const HUGE_TAGS = Object.fromEntries(Array.from({ length: 640 }, (_, index) => [`tag${index}`, 'x'.repeat(95)]));

const CASES: readonly Case[] = [
  of('the quantity NaN', { quantity: 'NaN' }, 'INVALID_QUANTITY', 'quantity'),
  of('the quantity Infinity', { quantity: 'Infinity' }, 'INVALID_QUANTITY', 'quantity'),
  of('the quantity 1,5', { quantity: '1,5' }, 'INVALID_QUANTITY', 'quantity'),
  of('a quantity with a space', { quantity: ' 1' }, 'INVALID_QUANTITY', 'quantity'),
  of('an empty quantity', { quantity: '' }, 'INVALID_QUANTITY', 'quantity'),
  of('a hexadecimal quantity', { quantity: '0x1F' }, 'INVALID_QUANTITY', 'quantity'),
  of('a quantity of 129 characters', { quantity: '1'.repeat(129) }, 'INVALID_QUANTITY', 'quantity'),
  of('a quantity that is an object', { quantity: {} }, 'WRONG_TYPE', 'quantity'),
  of('a quantity that is true', { quantity: true }, 'WRONG_TYPE', 'quantity'),
  raw('the number 1e999', usageText().replace('"quantity":"1"', '"quantity":1e999'), 'QUANTITY_TOO_LARGE', 'quantity'),
  of('25 digits before the point', { quantity: '1000000000000000000000000' }, 'QUANTITY_TOO_LARGE', 'quantity'),
  of('a negative quantity', { quantity: '-0.000000000000000000000001' }, 'NEGATIVE_QUANTITY', 'quantity'),
  of('the quantity -0', { quantity: '-0' }, 'ACCEPTED'),
  raw('the number -0', usageText().replace('"quantity":"1"', '"quantity":-0'), 'ACCEPTED'),
  of(
    'a correction of nothing',
    { id: 'correction', quantity: '-1', corrects: 'record-0' },
    'CORRECTED_RECORD_UNKNOWN',
    'corrects',
  ),
  of('24 digits on either side', { quantity: `${'9'.repeat(24)}.${'9'.repeat(24)}` }, 'ACCEPTED'),
  of('a meter that nobody knows', { meterId: METERS.unknown }, 'ACCEPTED'),
  of('a time that is not on the hour', { ...window('2026-03-10T10:30:00Z') }, 'WINDOW_NOT_ALIGNED', 'usageStartTime'),
  of('a zone of half an hour', { ...window('2026-03-10T10:00:00+05:30') }, 'WINDOW_NOT_ALIGNED', 'usageStartTime'),
  of('an end before the start', { usageEndTime: '2026-03-10T09:00:00Z' }, 'WINDOW_NOT_ONE_HOUR', 'usageEndTime'),
  of('an end at the start', { usageEndTime: '2026-03-10T10:00:00Z' }, 'WINDOW_NOT_ONE_HOUR', 'usageEndTime'),
  of('a window of two hours', { usageEndTime: '2026-03-10T12:00:00Z' }, 'WINDOW_NOT_ONE_HOUR', 'usageEndTime'),
  of('a window of a day', { usageEndTime: '2026-03-11T10:00:00Z' }, 'WINDOW_NOT_ONE_HOUR', 'usageEndTime'),
  of('a window in the future', { ...window('2026-03-10T13:00:00Z') }, 'WINDOW_IN_FUTURE', 'usageStartTime'),
  of('a window of the year 9999', { ...window('9999-12-31T22:00:00Z') }, 'WINDOW_IN_FUTURE', 'usageStartTime'),
  of('a window before 2015', { ...window('2014-12-31T23:00:00Z') }, 'WINDOW_TOO_OLD', 'usageStartTime'),
  of('a window of the year 0001', { ...window('0001-01-01T00:00:00Z') }, 'WINDOW_TOO_OLD', 'usageStartTime'),
  of('a leap second', { usageEndTime: '2016-12-31T23:59:60Z' }, 'INVALID_TIME', 'usageEndTime'),
  of('31 February', { usageStartTime: '2026-02-31T10:00:00Z' }, 'INVALID_TIME', 'usageStartTime'),
  of('a time in words', { usageStartTime: 'yesterday' }, 'INVALID_TIME', 'usageStartTime'),
  of('a time as a number', { usageStartTime: 1773136800 }, 'WRONG_TYPE', 'usageStartTime'),
  of('a subscription that is no GUID', { stackSubscriptionId: 'contoso' }, 'INVALID_GUID', 'stackSubscriptionId'),
  of('a meter that is no GUID', { meterId: 'g'.repeat(32) }, 'INVALID_GUID', 'meterId'),
  of('a meter in braces', { meterId: `{${METERS.vmHours}}` }, 'INVALID_GUID', 'meterId'),
  of('a meter of 65 characters', { meterId: 'a'.repeat(65) }, 'TOO_LONG', 'meterId'),
  of('tags of 64 KiB', { tags: HUGE_TAGS }, 'TOO_LONG', 'tags'),
  of('tags of 64 KiB in few characters', { tags: { a: '😀'.repeat(4_100) } }, 'TOO_LONG', 'tags'),
  of('tags within tags', { tags: { a: { b: 'c' } } }, 'WRONG_TYPE', 'tags'),
  of('tags that are numbers', { tags: { a: 1 } }, 'WRONG_TYPE', 'tags'),
  of('tags in an array', { tags: ['a'] }, 'WRONG_TYPE', 'tags'),
  of('tags that are no JSON', { tags: 'a=b' }, 'WRONG_TYPE', 'tags'),
  of('additional info in an array', { additionalInfo: [1] }, 'WRONG_TYPE', 'additionalInfo'),
  of('additional info beyond 16 KiB', { additionalInfo: { a: 'x'.repeat(16_384) } }, 'TOO_LONG', 'additionalInfo'),
  of('a resource of 2049 characters', { resourceUri: '/'.repeat(2049) }, 'TOO_LONG', 'resourceUri'),
  of('a location of 129 characters', { location: 'x'.repeat(129) }, 'TOO_LONG', 'location'),
  of('an id of 201 characters', { id: 'x'.repeat(201) }, 'TOO_LONG', 'id'),
  of('an id that is a number', { id: 7 }, 'WRONG_TYPE', 'id'),
  of('NUL in the id', { id: 'a\u0000b' }, 'INVALID_TEXT', 'id'),
  of('a line break in the source', { source: 'a\nb' }, 'INVALID_TEXT', 'source'),
  of('a source with a space at its end', { source: 'a ' }, 'INVALID_TEXT', 'source'),
  of('the source of rows that are replayed', { source: 'replayed' }, 'INVALID_TEXT', 'source'),
  of('DEL in the resource', { resourceUri: '/a\u007f' }, 'INVALID_TEXT', 'resourceUri'),
  of('a tab in the location', { location: 'a\tb' }, 'INVALID_TEXT', 'location'),
  of('an unknown field', { reportedTime: '2026-03-10T10:00:00Z' }, 'UNKNOWN_FIELD', 'reportedTime'),
  of('a field in another case', { Quantity: '1' }, 'UNKNOWN_FIELD', 'Quantity'),
  of('itself to correct', { corrects: 'record-1' }, 'CORRECTS_ITSELF', 'corrects'),
  of('nothing to correct', { corrects: '' }, 'MISSING_FIELD', 'corrects'),
  ...[
    'id',
    'source',
    'stackSubscriptionId',
    'meterId',
    'resourceUri',
    'usageStartTime',
    'usageEndTime',
    'quantity',
  ].flatMap((field) => [
    of(`no ${field}`, { [field]: undefined }, 'MISSING_FIELD', field),
    of(`${field} null`, { [field]: null }, 'MISSING_FIELD', field),
  ]),
  raw('a string for a record', '"record"', 'NOT_AN_OBJECT'),
  raw('null for a record', 'null', 'NOT_AN_OBJECT'),
  raw('an array for a record', '[]', 'NOT_AN_OBJECT'),
];

/** Bodies that are refused as a whole. */
const BODIES: readonly {
  readonly what: string;
  readonly body: string | Buffer;
  readonly contentType?: string | null;
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}[] = [
  { what: 'half of a JSON text', body: '[{"id":"a"', status: 400, code: 'MALFORMED_BODY' },
  { what: 'no body', body: '', status: 400, code: 'MALFORMED_BODY' },
  { what: 'NaN for a number', body: '[{"quantity":NaN}]', status: 400, code: 'MALFORMED_BODY' },
  { what: 'text after the end', body: `[${usageText()}]x`, status: 400, code: 'MALFORMED_BODY' },
  {
    what: 'a key for the second time',
    body: `[${usageText().replace('{', '{"quantity":"2",')}]`,
    status: 400,
    code: 'MALFORMED_BODY',
  },
  { what: '__proto__', body: '[{"__proto__":{"quantity":"1"}}]', status: 400, code: 'MALFORMED_BODY' },
  { what: 'a lone surrogate', body: '[{"id":"\\ud800"}]', status: 400, code: 'MALFORMED_BODY' },
  { what: 'nesting without end', body: '['.repeat(100_000), status: 400, code: 'MALFORMED_BODY' },
  {
    what: 'invalid UTF-8',
    body: Buffer.concat([Buffer.from('[{"id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}]')]),
    status: 400,
    code: 'MALFORMED_BODY',
  },
  { what: 'more than 10,000 records', body: `[${'0,'.repeat(10_000)}0]`, status: 413, code: 'BATCH_TOO_LARGE' },
  {
    what: 'more than 10,000 lines',
    body: '{}\n'.repeat(10_001),
    contentType: 'application/x-ndjson',
    status: 413,
    code: 'BATCH_TOO_LARGE',
  },
  { what: 'a body beyond BODY_BYTES_MAX', body: ' '.repeat(262_145), status: 413, code: 'BODY_TOO_LARGE' },
  {
    what: 'a response of the Azure usage API',
    body: '{"value":[{"id":"/subscriptions/x","properties":{"quantity":1}}],"nextLink":""}',
    status: 400,
    code: 'MALFORMED_BODY',
    message: 'usage-gateway ingest FILE --registration NAME',
  },
  { what: 'an empty one', body: '{"value":[]}', status: 400, code: 'MALFORMED_BODY', message: 'Azure usage API' },
  {
    what: 'XML',
    body: '<a/>',
    contentType: 'application/xml',
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message:
      'Send one of these content types: application/json, application/x-ndjson, application/cloudevents+json, application/cloudevents-batch+json.',
  },
  { what: 'a form', body: 'a=b', contentType: 'text/plain', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  { what: 'no content type', body: '[]', contentType: null, status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
];

describeEachDatabase('bad usage', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
  });
  afterAll(() => gateway.close());

  it('gets its own verdict each, and only it is refused; sent again, quarantine counts and holds nothing twice', async () => {
    // Each in a batch with a good record before and after it, and all of them in batches that fit.
    const sent: { readonly one: Case; readonly verdict: Verdict }[] = [];
    const before = await rowCounts(gateway.app.db);
    for (const [index, one] of CASES.entries()) {
      const good = (place: string) => usageText({ id: `good ${index} ${place}` });
      const answer = await post(gateway, `[${good('before')},${own(one, index)},${good('after')}]`);
      expect(answer.status).toBe(200);
      const [left, verdict, right] = answer.body.verdicts;
      expect([left?.verdict, right?.verdict]).toEqual(['ACCEPTED', 'ACCEPTED']);
      if (verdict !== undefined) sent.push({ one, verdict });
    }
    expect(sent.map(({ one, verdict }) => [one.what, verdict.code ?? verdict.verdict, verdict.field])).toEqual(
      CASES.map(({ what, code, field }) => [what, code, field]),
    );

    const refused = CASES.filter(({ code }) => code !== 'ACCEPTED').length;
    const after = await rowCounts(gateway.app.db);
    expect(after['usage_record']).toBe((before['usage_record'] ?? 0) + CASES.length * 3 - refused);
    expect(after['quarantined_record']).toBe((before['quarantined_record'] ?? 0) + refused);

    for (const [index, one] of CASES.entries()) await post(gateway, `[${own(one, index)}]`);
    const again = await rowCounts(gateway.app.db);
    expect({ ...again, usage_batch: 0 }).toEqual({ ...after, usage_batch: 0 });
    const { data } = await gateway.ask(
      'OPERATOR',
      '{ quarantinedRecords(first: 200, registration: "hub") { nodes { code verdict message raw timesSeen } } }',
    );
    const kept = data.quarantinedRecords.nodes as { code: string; message: string; raw: string; timesSeen: number }[];
    expect(kept.map(({ code }) => code).sort()).toEqual(
      CASES.flatMap(({ code }) => (code === 'ACCEPTED' ? [] : [code])).sort(),
    );
    expect(kept.filter(({ timesSeen }) => timesSeen !== 2)).toEqual([]);
    expect(kept.every(({ message, raw }) => message !== '' && raw !== '')).toBe(true);
  });

  it('is kept with what it said: the record, its reason, and the id and source that could be read', async () => {
    await post(gateway, `[${usageText({ id: 'kept', source: 'rp', quantity: 'many' })}]`);
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ quarantinedRecords(first: 1) { nodes { verdict code message recordId source stackSubscriptionId raw timesSeen
           firstSeenAt lastSeenAt registration { name } } } }`,
    );
    const [kept] = data.quarantinedRecords.nodes;
    expect(kept).toMatchObject({
      verdict: 'REJECTED',
      code: 'INVALID_QUANTITY',
      message: 'quantity is not a decimal number.',
      recordId: 'kept',
      source: 'rp',
      stackSubscriptionId: guid('stack subscription'),
      timesSeen: 1,
      firstSeenAt: new Date(NOW).toISOString(),
      registration: { name: 'hub' },
    });
    expect(JSON.parse(kept.raw)).toEqual(usageRecord({ id: 'kept', source: 'rp', quantity: 'many' }));
  });
});

describeOnSqlite('bad usage', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server, { env: { BODY_BYTES_MAX: '262144' } });
    await registerStamp(gateway.app);
  });
  afterAll(() => gateway.close());

  it.each(BODIES)('is refused as a whole when it holds $what, and nothing of it is kept', async (one) => {
    const before = await rowCounts(gateway.app.db);
    const { status, body } = await post(gateway, one.body, one.contentType);
    expect([status, body.error?.code]).toEqual([one.status, one.code]);
    expect(body.error?.message).toContain(one.message ?? '');
    expect(await rowCounts(gateway.app.db)).toEqual(before);
  });

  it('in lines costs only its own line', async () => {
    const lines = [usageText({ id: 'line 1' }), '{"id":', '', usageText({ id: 'line 2' }), '{"a":1,"a":1}'];
    const { status, body } = await post(gateway, lines.join('\r\n'), 'application/x-ndjson; charset=utf-8');
    expect(status).toBe(200);
    expect(body.verdicts.map(({ verdict, code }) => code ?? verdict)).toEqual([
      'ACCEPTED',
      'MALFORMED_LINE',
      'ACCEPTED',
      'MALFORMED_LINE',
    ]);
  });

  it('in CloudEvents is refused event by event', async () => {
    const { id: _id, source: _source, ...data } = usageRecord();
    const event = { specversion: '1.0', id: 'event 1', source: 'rp', type: 'usage', data };
    const events = [
      event,
      { ...event, id: 'event 2', specversion: '0.3' },
      { ...event, id: 'event 3', specversion: undefined },
      { ...event, id: 'event 4', data: undefined },
      { ...event, id: 'event 5', data: 'text' },
      { ...event, id: undefined },
      { ...event, id: 'event 6', source: undefined },
      { ...event, id: 'event 7', data: { ...data, quantity: '-1' } },
      'event',
      event,
    ];
    const { body } = await post(gateway, JSON.stringify(events), 'application/cloudevents-batch+json');
    expect(body.verdicts.map(({ verdict, code, field }) => [code ?? verdict, field])).toEqual([
      ['ACCEPTED', undefined],
      ['MALFORMED_LINE', undefined],
      ['MALFORMED_LINE', undefined],
      ['MISSING_FIELD', 'quantity'],
      ['MISSING_FIELD', 'quantity'],
      ['MISSING_FIELD', 'id'],
      ['MISSING_FIELD', 'source'],
      ['NEGATIVE_QUANTITY', 'quantity'],
      ['NOT_AN_OBJECT', undefined],
      ['DUPLICATE', undefined],
    ]);
  });

  it('gets the same verdict from the mutation and from the reader of files', async () => {
    const shared = CASES.filter(({ text }) => isAllText(text));
    expect(shared.length).toBeGreaterThan(30);
    const { data, errors } = await gateway.ask(
      'OPERATOR',
      `mutation ($records: [UsageRecordInput!]!) { recordUsage(input: { registration: "hub", records: $records }) {
           receipt { verdicts { verdict code field } } userErrors { code } } }`,
      { records: shared.map((one) => forMutation(own(one, 'mutation'))) },
    );
    expect(errors).toEqual([]);
    const verdicts = data.recordUsage.receipt.verdicts as {
      verdict: string;
      code: string | null;
      field: string | null;
    }[];
    // The good ones are records of one id; what differs between them is beside the point here.
    const expected = shared.map(({ code, field }) => (code === 'ACCEPTED' ? 'IN' : `${code} ${field ?? ''}`));
    expect(
      verdicts.map(({ verdict, code, field }) => (isIn(verdict, code) ? 'IN' : `${code ?? ''} ${field ?? ''}`)),
    ).toEqual(expected);

    const file = readUsageFile(Buffer.from(`[${CASES.map(({ text }) => text).join(',')}]`), Date.parse(NOW));
    if (file.format !== 'records') throw new Error(`The file was taken for ${file.format}.`);
    expect(
      file.deliveries.map(({ checked }) => (checked.ok ? ['ACCEPTED', undefined] : codeOf(checked.rejection))),
    ).toEqual(
      // What a record corrects is asked of the books alone.
      CASES.map(({ code, field }) => (code === 'CORRECTED_RECORD_UNKNOWN' ? ['ACCEPTED', undefined] : [code, field])),
    );
  });

  it('has no effect on a batch that is empty: nothing is written', async () => {
    const before = await rowCounts(gateway.app.db);
    const { status, body } = await post(gateway, '[]');
    expect([status, body.batchId, body.verdicts]).toEqual([200, null, []]);
    expect(await rowCounts(gateway.app.db)).toEqual(before);
  });
});

interface Verdict {
  readonly verdict: string;
  readonly code?: string;
  readonly field?: string;
}

async function post(gateway: TestGateway, payload: string | Buffer, contentType: string | null = 'application/json') {
  const token = await gateway.token({ role: 'INGESTOR', registrations: ['hub'] });
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/v1/usage?registration=hub',
    headers: {
      authorization: `Bearer ${token}`,
      ...(contentType !== null && { 'content-type': contentType }),
    },
    payload,
  });
  const body = response.json<{
    readonly batchId: number | null;
    readonly verdicts: readonly Verdict[];
    readonly error?: { readonly code: string; readonly message: string };
  }>();
  return { status: response.statusCode, body };
}

function of(what: string, parts: object, code: string, field?: string): Case {
  return raw(what, usageText(parts), code, field);
}

function raw(what: string, text: string, code: string, field?: string): Case {
  return { what, text, code, ...(field !== undefined && { field }) };
}

function usageText(parts: object = {}): string {
  return JSON.stringify({ ...usageRecord(), ...parts });
}

/** The case as a record of its own: good ones would otherwise be duplicates of each other. */
function own({ text }: Case, index: number | string): string {
  return text
    .replace('"id":"record-1"', `"id":"record-${index}"`)
    .replace('"corrects":"record-1"', `"corrects":"record-${index}"`);
}

function window(usageStartTime: string): object {
  const end = new Date(Date.parse(usageStartTime) + 3_600_000).toISOString();
  return { usageStartTime, usageEndTime: end };
}

/** What the mutation can say as well: fields of text, and JSON in text. */
function isAllText(text: string): boolean {
  const record = JSON.parse(text) as Record<string, unknown> | null;
  if (record === null || typeof record !== 'object' || Array.isArray(record)) return false;
  const known = new Set([...Object.keys(usageRecord()), 'tags', 'additionalInfo', 'corrects']);
  return Object.entries(record).every(
    ([name, value]) =>
      known.has(name) && (typeof value === 'string' || value === null || ['tags', 'additionalInfo'].includes(name)),
  );
}

function forMutation(text: string): object {
  const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' && value !== null ? JSON.stringify(value) : value]),
  );
}

function isIn(verdict: string, code: string | null): boolean {
  return verdict === 'ACCEPTED' || verdict === 'DUPLICATE' || code === 'RECORD_CONFLICT';
}

function codeOf({ code, field }: { readonly code: string; readonly field: string | null }) {
  return [code, field ?? undefined];
}
