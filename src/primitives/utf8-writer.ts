/**
 * Long answers as bytes. A text of more than 128 KiB has memory of its own, which the system has to find and clear for
 * it, and again for its bytes: for a page of a thousand rows that took longer than making it into JSON. Here no text is
 * longer than a few rows, and all of them are written to the same place.
 */

const ROOM_BYTES = 1024 * 1024;
/** Room that an uncommonly long answer took is given back. */
const ROOM_KEPT_MAX = 8 * 1024 * 1024;
/** Where the next writer writes; null while one does, and before the first. */
let room: Buffer | null = null;

/** Text as UTF-8, added bit by bit. Has to be ended in the turn in which it was begun. */
export class Utf8Writer {
  #bytes: Buffer;
  #length = 0;

  constructor() {
    this.#bytes = room ?? Buffer.allocUnsafeSlow(ROOM_BYTES);
    room = null;
  }

  add(text: string): void {
    // No unit of UTF-16 takes more than three bytes.
    const needed = this.#length + text.length * 3;
    if (needed > this.#bytes.length) this.#bytes = larger(this.#bytes, Math.max(needed, this.#bytes.length * 2));
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** All of it, in memory that is shared with nobody. */
  end(): Buffer<ArrayBuffer> {
    const own = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(own, 0, 0, this.#length);
    if (this.#bytes.length <= ROOM_KEPT_MAX) room = this.#bytes;
    return own;
  }
}

function larger(bytes: Buffer, size: number): Buffer {
  const more = Buffer.allocUnsafeSlow(size);
  bytes.copy(more);
  return more;
}

/** Items of a list that become text at once. */
const ITEMS_AT_ONCE = 50;
/** How far down long lists are looked for. */
const LEVELS = 4;

/** Whether some list in it is so long that `jsonBytes` takes less time than `JSON.stringify`. */
export function hasLongList(value: unknown, levels = LEVELS): boolean {
  if (typeof value !== 'object' || value === null || levels === 0) return false;
  if (Array.isArray(value)) return value.length > ITEMS_AT_ONCE;
  for (const name in value) {
    if (hasLongList((value as Readonly<Record<string, unknown>>)[name], levels - 1)) return true;
  }
  return false;
}

/** What `JSON.stringify` makes of plain data, as UTF-8. */
export function jsonBytes(value: unknown): Buffer<ArrayBuffer> {
  const out = new Utf8Writer();
  addJson(out, value, LEVELS);
  return out.end();
}

function addJson(out: Utf8Writer, value: unknown, levels: number): void {
  if (!hasLongList(value, levels)) out.add(JSON.stringify(value));
  else if (Array.isArray(value)) addItems(out, value);
  else addMembers(out, value as Readonly<Record<string, unknown>>, levels - 1);
}

function addItems(out: Utf8Writer, items: readonly unknown[]): void {
  for (let from = 0; from < items.length; from += ITEMS_AT_ONCE) {
    out.add(from === 0 ? '[' : ',');
    out.add(JSON.stringify(items.slice(from, from + ITEMS_AT_ONCE)).slice(1, -1));
  }
  out.add(']');
}

function addMembers(out: Utf8Writer, members: Readonly<Record<string, unknown>>, levels: number): void {
  let before = '{';
  for (const [name, member] of Object.entries(members)) {
    if (member === undefined) continue;
    out.add(`${before}${JSON.stringify(name)}:`);
    addJson(out, member, levels);
    before = ',';
  }
  out.add('}');
}
