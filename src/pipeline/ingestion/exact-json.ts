/**
 * JSON as usage needs it. `JSON.parse` turns quantities into doubles and lets the last of two equal keys win; a body
 * that two readers understand differently must not reach the books. Here numbers keep their text, and equal keys,
 * invalid UTF-8, lone surrogates and text after the end are refused.
 */
import { isAscii } from 'node:buffer';

/** A JSON number as it was written. */
export class NumberText {
  constructor(readonly text: string) {}
}

/** A value of JSON whose numbers are kept as text. */
export type JsonValue = null | boolean | string | NumberText | readonly JsonValue[] | JsonObject;

/** An object of such values. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Text that is not the JSON that is accepted; `position` counts UTF-16 units from 0. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';

  constructor(
    readonly position: number,
    what: string,
  ) {
    super(`${what} at position ${position}.`);
  }
}

/** How deep arrays and objects may nest. */
export const DEPTH_MAX = 32;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Half of a surrogate pair may stand in text that did not come as UTF-8, so any of them is looked at. */
const NEEDS_CARE = /[\u0000-\u001f\\\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const LETTER_F = 102;
const LETTER_N = 110;
const LETTER_T = 116;

/** Bytes as text. Throws MalformedJson for invalid UTF-8; a byte order mark is skipped. */
export function decodeUtf8(bytes: Uint8Array): string {
  // Nearly all usage is ASCII, which is copied as it is.
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedJson(0, 'Invalid UTF-8 somewhere');
  }
}

/** Reads one JSON value that fills the whole text. Throws MalformedJson. */
export function parseExactJson(text: string): JsonValue {
  const plain = parsePlainJson(text);
  return plain === undefined ? readExactJson(text) : plain;
}

/** Bytes of a long list that are read at once. */
const PIECE_BYTES = 64 * 1024;
const SPACE: ReadonlySet<number | undefined> = new Set([32, 10, 13, 9]);

/** Some items of a list, and how to come by them again without having kept them. */
export interface Piece {
  readonly items: readonly JsonValue[];
  readonly again: () => readonly JsonValue[];
}

/**
 * Reads a list of objects in UTF-8 piece by piece, so that nobody has to hold all of it; a value that is no list is one
 * piece of one item. Throws MalformedJson where reading it in one would, but maybe after some pieces.
 *
 * A list is cut at `},{`. Those signs may stand inside of a string or of an object too, but what is before them is the
 * beginning of a list, to its last brace, only where they stand between two items: JSON is understood from the left,
 * without looking ahead. Where it is not, all is read in one.
 */
export function* exactItems(bytes: Uint8Array, pieceBytes = PIECE_BYTES): Generator<Piece> {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = body.findIndex((byte) => !SPACE.has(byte)) + 1;
  let done = 0;
  for (let isCut = body[from - 1] === OPEN_BRACKET; isCut;) {
    const cut = body.indexOf('},{', from + pieceBytes, 'latin1');
    isCut = cut >= 0;
    if (!isCut && done === 0) break;
    const piece = body.subarray(from, isCut ? cut + 1 : body.length);
    const again = () => parseExactJson(`[${decodeUtf8(piece)}${cut < 0 ? '' : ']'}`) as readonly JsonValue[];
    const items = orNull(again);
    if (items === null) break;
    yield { items, again };
    if (!isCut) return;
    done += items.length;
    from = cut + 2;
  }
  const again = () => {
    const value = parseExactJson(decodeUtf8(body));
    return Array.isArray(value) ? (value as readonly JsonValue[]).slice(done) : [value];
  };
  yield { items: again(), again };
}

function orNull<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedJson) return null;
    throw error;
  }
}

/**
 * What `JSON.parse` and the reader below understand alike: text without a number and without characters as numbers, of
 * which every string is still there. Of two equal keys `JSON.parse` drops one, and then the value is shorter than its
 * text and has fewer strings than the text has pairs of quotes. Undefined for anything else, and for what has to be
 * refused.
 */
function parsePlainJson(text: string): JsonValue | undefined {
  return parseQuickly(text, { length: 0, strings: 0, numbers: null }) as JsonValue | undefined;
}

/** The same where quantities are no numbers, and numbers therefore are read as they usually are. */
export function parsePlainJsonWithNumbers(text: string): unknown {
  return parseQuickly(text, { length: 0, strings: 0, numbers: 0 });
}

/** Undefined where only the reader may decide, or it has to be refused. */
function parseQuickly(text: string, size: Size): unknown {
  if (text.includes('\\u') || LONE_SURROGATE.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!measure(value, size, 0)) return undefined;
  // How long a number was written, nobody knows any more.
  const hasNumbers = size.numbers !== null && size.numbers > 0;
  const isWhole = !hasNumbers && (size.length === text.length || size.length === text.length - escapesIn(text));
  return isWhole || size.strings * 2 === quotesIn(text) ? value : undefined;
}

/** How long a value is when it is written without spaces, and how many keys, strings and numbers are in it. */
interface Size {
  length: number;
  strings: number;
  /** Null where a number ends the measuring. */
  numbers: number | null;
}

/** Adds the size of a value. False where it holds what only the reader may decide about. */
function measure(value: unknown, size: Size, depth: number): boolean {
  if (typeof value === 'string') {
    size.length += value.length + 2;
    size.strings += 1;
    return true;
  }
  if (typeof value === 'number') {
    if (size.numbers === null) return false;
    size.numbers += 1;
    return true;
  }
  if (typeof value !== 'object' || value === null) {
    size.length += value === false ? 5 : 4;
    return true;
  }
  if (depth === DEPTH_MAX) return false;
  return Array.isArray(value)
    ? measureItems(value, size, depth + 1)
    : measureMembers(value as Readonly<Record<string, unknown>>, size, depth + 1);
}

function measureItems(items: readonly unknown[], size: Size, depth: number): boolean {
  size.length += items.length === 0 ? 2 : items.length + 1;
  return items.every((item) => measure(item, size, depth));
}

function measureMembers(object: Readonly<Record<string, unknown>>, size: Size, depth: number): boolean {
  let members = 0;
  for (const key in object) {
    if (key === '__proto__' || !measure(object[key], size, depth)) return false;
    size.length += key.length + 3;
    size.strings += 1;
    members += 1;
  }
  size.length += members === 0 ? 2 : members + 1;
  return true;
}

/** Signs that are written with a backslash before them. */
function escapesIn(text: string): number {
  let escapes = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) escapes += 1;
  return escapes;
}

/** Quotes that begin or end a string. */
function quotesIn(text: string): number {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text.charCodeAt(at - 1) !== BACKSLASH || !isEscaped(text, at)) quotes += 1;
  }
  return quotes;
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (quote - first) % 2 === 1;
}

/** Reads what `parsePlainJson` leaves to it, sign by sign. Throws MalformedJson. */
export function readExactJson(text: string): JsonValue {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** True for an object; neither for a list nor for a number, which is an object of ours. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

/** One text per value: keys sorted, no spaces, numbers as they were written. */
export function canonicalJson(value: JsonValue): string {
  if (isInOrder(value)) return JSON.stringify(value);
  if (value instanceof NumberText) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as JsonValue[]).map(canonicalJson).join(',')}]`;
  const members = Object.entries(value as JsonObject).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

/** A flat object of texts whose keys are sorted, as most tags are: `JSON.stringify` writes it the same, and faster. */
function isInOrder(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  let before = '';
  for (const key in value) {
    if (key < before || typeof value[key] !== 'string') return false;
    before = key;
  }
  return true;
}

class Reader {
  #at = 0;
  /** No string in the whole text has an escape or anything else that must be looked at. */
  readonly #isPlain: boolean;

  constructor(readonly text: string) {
    this.#isPlain = !NEEDS_CARE.test(text);
  }

  value(depth: number): JsonValue {
    this.#skipSpace();
    switch (this.text.charCodeAt(this.#at)) {
      case OPEN_BRACE:
        return this.#object(depth + 1);
      case OPEN_BRACKET:
        return this.#array(depth + 1);
      case QUOTE:
        return this.#string();
      case LETTER_T:
        return this.#word('true', true);
      case LETTER_F:
        return this.#word('false', false);
      case LETTER_N:
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.text.length) throw this.#malformed('Text after the end');
  }

  #object(depth: number): JsonObject {
    if (depth > DEPTH_MAX) throw this.#malformed('Nesting too deep');
    const members: Record<string, JsonValue> = {};
    this.#at += 1;
    if (this.#take(CLOSE_BRACE)) return members;
    do {
      this.#skipSpace();
      if (this.text.charCodeAt(this.#at) !== QUOTE) throw this.#malformed('A key expected');
      const start = this.#at;
      const key = this.#string();
      // Assigning this key would set a prototype instead of a member.
      if (key === '__proto__' || Object.hasOwn(members, key)) {
        this.#at = start;
        throw this.#malformed(key === '__proto__' ? 'A forbidden key' : 'A key for the second time');
      }
      if (!this.#take(COLON)) throw this.#malformed('A colon expected');
      members[key] = this.value(depth);
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_BRACE)) throw this.#malformed('A comma or brace expected');
    return members;
  }

  #array(depth: number): readonly JsonValue[] {
    if (depth > DEPTH_MAX) throw this.#malformed('Nesting too deep');
    const items: JsonValue[] = [];
    this.#at += 1;
    if (this.#take(CLOSE_BRACKET)) return items;
    do {
      items.push(this.value(depth));
    } while (this.#take(COMMA));
    if (!this.#take(CLOSE_BRACKET)) throw this.#malformed('A comma or bracket expected');
    return items;
  }

  #string(): string {
    const start = this.#at + 1;
    let end = this.text.indexOf('"', start);
    if (this.#isPlain && end >= 0) {
      this.#at = end + 1;
      return this.text.slice(start, end);
    }
    while (end >= 0 && isEscaped(this.text, end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) throw this.#malformed('A string without end');
    const plain = this.text.slice(start, end);
    if (!NEEDS_CARE.test(plain)) {
      this.#at = end + 1;
      return plain;
    }
    const read = unescaped(this.text.slice(start - 1, end + 1));
    if (read === null) throw this.#malformed('A bad character or escape in the string');
    this.#at = end + 1;
    return read;
  }

  #number(): NumberText {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.#malformed('A value expected');
    this.#at = NUMBER.lastIndex;
    return new NumberText(match[0]);
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.#at)) throw this.#malformed('A value expected');
    this.#at += word.length;
    return value;
  }

  #take(sign: number): boolean {
    this.#skipSpace();
    if (this.text.charCodeAt(this.#at) !== sign) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      if (code > 32 || (code !== 32 && code !== 10 && code !== 13 && code !== 9)) return;
      this.#at += 1;
    }
  }

  #malformed(what: string): MalformedJson {
    return new MalformedJson(this.#at, what);
  }
}

/** A quoted string without its quotes and escapes; null when it is none. */
function unescaped(quoted: string): string | null {
  try {
    const text = JSON.parse(quoted) as string;
    return LONE_SURROGATE.test(text) ? null : text;
  } catch {
    return null;
  }
}
