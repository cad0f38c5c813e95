import fc from 'fast-check';

import { Utf8Writer, hasLongList, jsonBytes } from '../../src/primitives/utf8-writer.js';

const many = (count: number, item: unknown) => Array.from({ length: count }, () => item);

describe('long answers as bytes', () => {
  it('are what JSON.stringify makes of them, in UTF-8', () => {
    const list = fc.array(fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined)), { maxLength: 6 });
    const value = fc.oneof(list, fc.jsonValue(), fc.record({ ['é"']: list, none: fc.constant(undefined) }));
    let long = 0;
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 120 }), (some, times) => {
        const answer = { data: { field: { nodes: many(times, some), some }, other: some }, extensions: { some } };
        if (hasLongList(answer)) long += 1;
        const repeated = Array.isArray(some) ? { data: { field: many(times, some).flat() } } : answer;
        for (const each of [answer, repeated, some ?? null]) {
          expect(jsonBytes(each).toString()).toBe(Buffer.from(JSON.stringify(each)).toString());
        }
      }),
    );
    for (const count of [49, 50, 51, 100, 101]) {
      const answer = { data: { page: { nodes: many(count, { text: 'Łódź 😀 \ud800', none: undefined }) } } };
      expect(jsonBytes(answer).equals(Buffer.from(JSON.stringify(answer)))).toBe(true);
      expect(hasLongList(answer)).toBe(count > 50);
    }
    expect(long).toBeGreaterThan(20);
    expect(long).toBeLessThan(80);
  });

  it('may be longer than the room for them, and stay as they are when others are written', () => {
    const text = 'ł'.repeat(700_000);
    const long = new Utf8Writer();
    const other = new Utf8Writer();
    for (const part of [text, text, text, text, text]) long.add(part);
    other.add('short');
    const [bytes, short] = [long.end(), other.end()];
    const next = new Utf8Writer();
    next.add('x'.repeat(100));
    expect(next.end()).toHaveLength(100);
    expect(short.toString()).toBe('short');
    expect(bytes.equals(Buffer.from(text.repeat(5)))).toBe(true);
  });
});
