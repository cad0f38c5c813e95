import fc from 'fast-check';

import {
  DEPTH_MAX,
  MalformedJson,
  NumberText,
  canonicalJson,
  decodeUtf8,
  exactItems,
  parseExactJson,
} from '../../../src/pipeline/ingestion/exact-json.js';
import type { JsonValue } from '../../../src/pipeline/ingestion/exact-json.js';

/** Texts of JSON values with every kind of white space; one key is forbidden here and common in fast-check. */
const jsonText = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\t', '  \n'))
  .map(([value, space]) => `${space}${JSON.stringify(value, null, space.trim() === '' ? space : 1)}${space}\r\n`)
  .filter((text) => !text.includes('"__proto__"'));

describe('exact JSON', () => {
  it('says the same as JSON.parse where both accept a text', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(plain(parseExactJson(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts nothing that JSON.parse refuses', () => {
    const broken = fc
      .tuple(jsonText, fc.nat(), fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', '\n'))
      .map(([text, at, sign]) => {
        const place = at % text.length;
        return `${text.slice(0, place)}${sign}${text.slice(place + 1)}`;
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.string()), (text) => {
        const ours = attempt(() => plain(parseExactJson(text)));
        const theirs = attempt(() => JSON.parse(text) as unknown);
        if (ours.ok) expect(ours).toEqual(theirs);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a list in pieces as it reads it in one, wherever it is cut', () => {
    // What looks like the place between two items is everywhere: in strings, in lists of lists, and at the end.
    const tricky = fc.constantFrom('},{', '"},{"', '[{},{}]', '\\', 'é},{', '}', '{', ',', '');
    const text = fc.oneof(tricky, fc.string({ maxLength: 6 }));
    const member = fc.oneof(text, fc.array(fc.record({ a: text }), { maxLength: 3 }), fc.record({ '},{': text }));
    const items = fc.array(fc.oneof({ weight: 4, arbitrary: fc.record({ a: member, b: text }) }, text), {
      maxLength: 12,
    });
    const spoiled = fc.tuple(items, fc.nat(), fc.constantFrom('', '"', ',', ']', '}', '},{', '[', '\\u0061'));
    const seen = { pieces: 0, refused: 0 };
    fc.assert(
      fc.property(spoiled, fc.integer({ min: 0, max: 40 }), ([list, at, sign], pieceBytes) => {
        const good = JSON.stringify(list);
        const place = at % (good.length + 1);
        const body = sign === '' ? good : `${good.slice(0, place)}${sign}${good.slice(place)}`;
        const bytes = Buffer.from(body);
        const whole = attempt(() => parseExactJson(body));
        const pieces = attempt(() => [...exactItems(bytes, pieceBytes)]);
        expect(pieces.ok).toBe(whole.ok);
        if (!pieces.ok || !whole.ok) {
          seen.refused += 1;
          return;
        }
        seen.pieces += pieces.value.length > 1 ? 1 : 0;
        const value = whole.value;
        expect(pieces.value.flatMap((piece) => piece.items)).toEqual(Array.isArray(value) ? value : [value]);
        expect(pieces.value.map((piece) => piece.again())).toEqual(pieces.value.map((piece) => piece.items));
      }),
      { numRuns: 3000 },
    );
    expect(seen.pieces).toBeGreaterThan(300);
    expect(seen.refused).toBeGreaterThan(300);
  });

  it.each(['0', '-0', '1.10', '1e999', '1E+2', '8.381903171539307e-08', '123456789012345678901234567890.5'])(
    'keeps the text of the number %s',
    (text) => {
      expect(parseExactJson(text)).toEqual(new NumberText(text));
      expect(canonicalJson(parseExactJson(`{"quantity":${text}}`))).toBe(`{"quantity":${text}}`);
    },
  );

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a key for the second time', '{"a":1,"b":2,"a":1}'],
    ['a key for the second time, escaped', '{"a":1,"\\u0061":2}'],
    ['a key for the second time, deep inside', '[{"x":{"tags":{"t":1,"t":1}}}]'],
    ['__proto__', '{"__proto__":{"isAdmin":true}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}'],
    ['text after the end', '{} {}'],
    ['a comma at the end of an array', '[1,]'],
    ['a comma at the end of an object', '{"a":1,}'],
    ['no comma', '[1 2]'],
    ['no colon', '{"a" 1}'],
    ['a key without quotes', '{a:1}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '[1/* one */]'],
    ['NaN', '[NaN]'],
    ['Infinity', '[-Infinity]'],
    ['a plus sign', '+1'],
    ['leading zeros', '01'],
    ['no digit after the point', '1.'],
    ['no digit before the point', '.1'],
    ['hexadecimal', '0x10'],
    ['a string without end', '"abc'],
    ['a string that ends in an escape', '"abc\\"'],
    ['a raw line break in a string', '"a\nb"'],
    ['a raw NUL in a string', '"a\u0000b"'],
    ['an unknown escape', '"\\x41"'],
    ['half an escape', '"\\u12"'],
    ['a lone surrogate, escaped', '"\\ud800"'],
    ['surrogates in the wrong order', '"\\udc00\\ud800"'],
    ['a lone surrogate as it is', '"a\ud800b"'],
    ['a lone surrogate in a key', '{"\udfff":1}'],
    ['a capital word', 'True'],
    ['an unclosed array', '[[1]'],
    ['a wrong bracket', '[1}'],
    ['no-break space', '\u00a01'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseExactJson(text)).toThrow(MalformedJson);
  });

  it('reads surrogate pairs, escaped or not, as one character', () => {
    expect(parseExactJson('"\\ud83d\\ude00"')).toBe('😀');
    expect(parseExactJson('"😀"')).toBe('😀');
  });

  it('says of a text without numbers what it says of the same text beside one, whatever is written twice', () => {
    const key = fc.constantFrom('"a"', '"b"', '"a":"a"', '"1"', '""', '"__proto__"', '"é"', '"\\u0061"');
    const texts = fc.letrec<{ value: string; object: string; array: string; word: string }>((tie) => ({
      word: fc.constantFrom(
        'true',
        'false',
        'null',
        '"x"',
        '""',
        '" \\" "',
        '"\\\\"',
        '"\\\\\\""',
        '"\\n"',
        '"{}"',
        '"日"',
        '"tab\t"',
        'tru',
      ),
      object: fc
        .array(fc.tuple(key, fc.constantFrom(':', ' : '), tie('value')), { maxLength: 4 })
        .map((members) => `{${members.map((parts) => parts.join('')).join(',')}}`),
      array: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      value: fc.oneof({ depthSize: 'small' }, tie('word'), tie('object'), tie('array')),
    })).value;
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(texts, (text) => {
        // What holds a number is read by the reader, and what holds none is not.
        const alone = attempt(() => parseExactJson(`[${text}]`));
        const beside = attempt(() => (parseExactJson(`[${text},1]`) as JsonValue[]).slice(0, -1));
        expect(alone).toEqual(beside);
        if (alone.ok) expect(JSON.stringify(alone.value)).toBe(JSON.stringify(beside.ok ? beside.value : null));
        seen[alone.ok ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 3000, seed: 20_261_124 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(300);
  });

  it('has no members but those that were written', () => {
    const value = parseExactJson('{"constructor":1,"toString":2}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['constructor', 'toString']);
    expect(() => parseExactJson('{"toString":1,"toString":2}')).toThrow(MalformedJson);
  });

  it(`nests ${DEPTH_MAX} deep and no deeper, so that no text can exhaust the stack`, () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    expect(() => parseExactJson(nested(DEPTH_MAX))).not.toThrow();
    expect(() => parseExactJson(objects(DEPTH_MAX))).not.toThrow();
    for (const depth of [DEPTH_MAX + 1, 100_000]) {
      expect(() => parseExactJson(nested(depth))).toThrow(MalformedJson);
      expect(() => parseExactJson(objects(depth))).toThrow(MalformedJson);
    }
  });

  it('says where a text goes wrong', () => {
    expect(() => parseExactJson('{"a":1,"a":2}')).toThrow('A key for the second time at position 7.');
    expect(() => parseExactJson('[1, x]')).toThrow('A value expected at position 4.');
  });

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['a character cut short', [0x22, 0xe2, 0x82, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['more than Unicode has', [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22]],
  ])('is valid UTF-8: %s is refused', (_what, bytes) => {
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(MalformedJson);
  });

  it('may begin with a byte order mark, as files of Windows do', () => {
    expect(parseExactJson(decodeUtf8(Uint8Array.from([0xef, 0xbb, 0xbf, 0x31])))).toEqual(new NumberText('1'));
  });

  it('has one canonical text, whatever the order of keys and the white space', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (object) => {
        const text = JSON.stringify(object);
        if (text.includes('"__proto__"')) return;
        const turned = JSON.stringify(Object.fromEntries(Object.entries(object).reverse()), null, 2);
        const canonical = canonicalJson(parseExactJson(text));
        expect(canonicalJson(parseExactJson(turned))).toBe(canonical);
        expect(canonicalJson(parseExactJson(canonical))).toBe(canonical);
      }),
    );
  });
});

/** The value as JSON.parse has it. */
function plain(value: JsonValue): unknown {
  if (value instanceof NumberText) return Number(value.text);
  if (Array.isArray(value)) return (value as JsonValue[]).map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

function attempt<Value>(act: () => Value): { readonly ok: true; readonly value: Value } | { readonly ok: false } {
  try {
    return { ok: true, value: act() };
  } catch (error) {
    if (error instanceof MalformedJson || error instanceof SyntaxError) return { ok: false };
    throw error;
  }
}
