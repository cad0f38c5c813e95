/** Bodies that are longer than what is read at once. */
import { canonicalJson, exactItems } from '../../../src/pipeline/ingestion/exact-json.js';
import type { JsonObject } from '../../../src/pipeline/ingestion/exact-json.js';
import { RECORDS_PER_BATCH_MAX, decodeUsageBody } from '../../../src/pipeline/ingestion/usage-wire.js';
import type { MediaType } from '../../../src/pipeline/ingestion/usage-wire.js';
import { usageRecord } from '../../support/world.js';

const NOW = Date.parse('2026-03-10T12:30:00Z');
const RECORDS = 2_000;
/** Every hundredth is bad, and every seventh is one whose text looks like the end of a record. */
const LIST: readonly JsonObject[] = Array.from({ length: RECORDS }, (_, index) =>
  usageRecord({
    id: `record-${index}`,
    ...(index % 100 === 0 && { quantity: 'much' }),
    ...(index % 7 === 0 && { resourceUri: `/},{"id":"${index}` }),
  }),
);

const decoded = (value: unknown, mediaType: MediaType = 'application/json') =>
  decodeUsageBody(Buffer.from(JSON.stringify(value)), mediaType, NOW);

describe('a long body', () => {
  it.each([
    ['application/json', LIST],
    [
      'application/cloudevents-batch+json',
      LIST.map(({ id, source, ...data }) => ({ specversion: '1.0', type: 'usage', id, source, data })),
    ],
  ] as const)('of %s is checked record by record, and quarantine can see each as it was sent', (mediaType, list) => {
    expect([...exactItems(Buffer.from(JSON.stringify(list)))].length).toBeGreaterThan(3);
    const deliveries = decoded(list, mediaType);
    expect(deliveries).toHaveLength(RECORDS);
    deliveries.forEach(({ checked }, index) => {
      expect([index, checked.ok]).toEqual([index, index % 100 !== 0]);
      expect(checked.ok ? checked.entry.recordId : checked.recordId).toBe(`record-${index}`);
    });
    for (const index of [0, 1, 700, 1_999]) {
      expect(deliveries[index]?.raw()).toBe(canonicalJson(list[index] as JsonObject));
    }
  });

  it('that is no JSON at its end is refused as a whole, and the place is that in the body', () => {
    const text = JSON.stringify(LIST).slice(0, -1);
    expect(() => decodeUsageBody(Buffer.from(text), 'application/json', NOW)).toThrow(`at position ${text.length}`);
  });

  it('with more records than a batch may have is refused with their number', () => {
    const tooMany = Array.from({ length: RECORDS_PER_BATCH_MAX + 7 }, () => LIST[1]);
    expect(() => decoded(tooMany)).toThrow(String(RECORDS_PER_BATCH_MAX + 7));
  });
});
