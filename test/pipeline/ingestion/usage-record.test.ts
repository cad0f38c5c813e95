import { checkProviderRow, checkUsageRecord, identityText } from '../../../src/pipeline/ingestion/usage-record.js';
import type { JsonObject } from '../../../src/pipeline/ingestion/exact-json.js';
import { hourOf } from '../../../src/primitives/windows.js';
import { METERS, guid, usageRecord } from '../../support/world.js';

const NOW = Date.parse('2026-03-10T12:30:00Z');
const PULLED = { reportedHour: hourOf(NOW) - 1, source: 'stamp', now: NOW };

describe('a pushed record', () => {
  it('is the same record whatever the case and dashes of its GUIDs, and the order of its tags', () => {
    const one = usageRecord({ tags: { a: '1', b: '2' } });
    const other = usageRecord({
      tags: { b: '2', a: '1' },
      meterId: METERS.vmHours.toUpperCase(),
      stackSubscriptionId: guid('stack subscription').replaceAll('-', ''),
    });
    const entries = [one, other].map((record) => checkUsageRecord(record, NOW));
    const [left, right] = entries.map((checked) => (checked.ok ? { ...checked.entry, meterWireId: '' } : null));
    expect(left).toBeTruthy();
    expect(right).toEqual(left);
  });

  // What came through a string of GraphQL instead of UTF-8 may hold half a character.
  it.each(['id', 'source', 'resourceUri', 'location', 'corrects'])(
    'is refused with half a character in %s',
    (field) => {
      expect(checkUsageRecord(usageRecord({ [field]: 'a\ud800b' }), NOW)).toMatchObject({
        ok: false,
        rejection: { code: 'INVALID_TEXT', field },
      });
      expect(checkUsageRecord(usageRecord({ [field]: 'a😀b' }), NOW)).toMatchObject({ ok: true });
    },
  );

  it.each([
    ['2026-03-10T12:00:00Z', true],
    ['2026-03-10T13:00:00Z', false],
  ])('of the hour from %s is taken in at 12:30: %s', (usageStartTime, ok) => {
    expect(checkUsageRecord(usageRecord({ usageStartTime }), NOW).ok).toBe(ok);
  });

  it('may be a few minutes ahead of our clock', () => {
    const record = usageRecord({ usageStartTime: '2026-03-10T13:00:00Z' });
    expect(checkUsageRecord(record, Date.parse('2026-03-10T12:55:00Z')).ok).toBe(true);
    expect(checkUsageRecord(record, Date.parse('2026-03-10T12:54:59.999Z')).ok).toBe(false);
  });
});

describe('a row of the provider usage response', () => {
  it('is one and the same whatever the case of its ids and its resource, but another in another reported hour', () => {
    const parts = (row: JsonObject, pulled = PULLED) => {
      const checked = checkProviderRow(row, pulled);
      return checked.ok ? identityText(checked.entry) : checked.rejection;
    };
    const row = providerRow();
    const upper = providerRow(
      { subscriptionId: guid('stack').toUpperCase(), meterId: METERS.vmHours.toUpperCase() },
      { resourceUri: '/SUBSCRIPTIONS/x/VM1' },
    );
    expect(parts(upper)).toEqual(parts(row));
    expect(parts(row, { ...PULLED, reportedHour: PULLED.reportedHour + 1 })).not.toEqual(parts(row));
  });

  it('keeps tags and additional info to the letter, line breaks too', () => {
    const checked = checkProviderRow(
      providerRow({}, { tags: '{ "b":1,\n"a":2 }', additionalInfo: { z: 1, a: 2 } }),
      PULLED,
    );
    expect(checked).toMatchObject({ entry: { tags: '{ "b":1,\n"a":2 }', additionalInfo: '{"a":2,"z":1}' } });
  });

  it('is less than nothing only where an operator vouches for it, and names its hour where nobody does', () => {
    const row = providerRow({ quantity: '-0.5' });
    expect(checkProviderRow(row, PULLED)).toMatchObject({
      ok: false,
      rejection: { code: 'NEGATIVE_QUANTITY' },
      reportedHour: PULLED.reportedHour,
    });
    expect(checkProviderRow(row, { ...PULLED, mayBeNegative: true })).toMatchObject({ entry: { quantity: '-0.5' } });
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['no subscription', { subscriptionId: null }, {}, 'MISSING_FIELD'],
    ['a subscription that is no GUID', { subscriptionId: 'x' }, {}, 'INVALID_GUID'],
    ['no instance data', { instanceData: null }, {}, 'MISSING_FIELD'],
    ['instance data that is an object', { instanceData: {} }, {}, 'WRONG_TYPE'],
    ['instance data that is no JSON', { instanceData: '{' }, {}, 'INVALID_TEXT'],
    ['instance data with a key twice', { instanceData: '{"a":1,"a":1}' }, {}, 'INVALID_TEXT'],
    ['instance data of something else', { instanceData: '{"Microsoft.Other":{}}' }, {}, 'MISSING_FIELD'],
    ['no resource', {}, { resourceUri: null }, 'MISSING_FIELD'],
    ['NUL in its tags', {}, { tags: 'a\u0000b' }, 'INVALID_TEXT'],
    ['tags beyond 16 KiB', {}, { tags: 'x'.repeat(16_385) }, 'TOO_LONG'],
    ['no quantity', { quantity: null }, {}, 'MISSING_FIELD'],
    ['usage after its reported hour', { usageStartTime: at(0), usageEndTime: at(1) }, {}, 'WINDOW_IN_FUTURE'],
    ['usage of two hours', { usageStartTime: at(-3) }, {}, 'WINDOW_NOT_ONE_HOUR'],
  ])('with %s is refused', (_what, properties, instance, code) => {
    expect(checkProviderRow(providerRow(properties, instance), PULLED)).toMatchObject({ rejection: { code } });
  });

  it('without properties is refused', () => {
    expect(checkProviderRow('row', PULLED)).toMatchObject({ rejection: { code: 'NOT_AN_OBJECT' } });
    expect(checkProviderRow({}, PULLED)).toMatchObject({ rejection: { code: 'NOT_AN_OBJECT' } });
  });

  it('is not filed under a reported hour that is still to come: nobody could close it', () => {
    const pulled = { ...PULLED, reportedHour: hourOf(NOW) + 1 };
    expect(checkProviderRow(providerRow(), pulled)).toMatchObject({ rejection: { code: 'WINDOW_IN_FUTURE' } });
    expect(checkProviderRow(providerRow(), { ...PULLED, reportedHour: hourOf(NOW) }).ok).toBe(true);
  });
});

function at(hours: number): string {
  return new Date((hourOf(NOW) + hours) * 3_600_000).toISOString();
}

function providerRow(properties: JsonObject = {}, instance: object = {}): JsonObject {
  const described = {
    resourceUri: '/subscriptions/x/vm1',
    location: 'north',
    tags: '',
    additionalInfo: '',
    ...instance,
  };
  return {
    properties: {
      subscriptionId: guid('stack'),
      usageStartTime: at(-2),
      usageEndTime: at(-1),
      instanceData: JSON.stringify({ 'Microsoft.Resources': described }),
      quantity: '1.5',
      meterId: METERS.vmHours,
      ...properties,
    },
  };
}
