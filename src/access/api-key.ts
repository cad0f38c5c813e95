import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * What a key looks like: `ugw_<id>_<secret><checksum>`, all hexadecimal. The prefix lets secret scanners find one that
 * was leaked (`ugw_[0-9a-f]{16}_[0-9a-f]{72}`), and the checksum tells them, and us, a key from a text that only looks
 * like one, without asking the database.
 */
export const API_KEY_PREFIX = 'ugw_';
/** How long a key is good for where nothing is said, and at most. */
export const API_KEY_DAYS_DEFAULT = 90;
export const API_KEY_DAYS_MAX = 366;
const SHAPE = /^(ugw_([0-9a-f]{16})_[0-9a-f]{64})([0-9a-f]{8})$/;
const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** A new key: its public id, the text that is shown once, and what is kept of it. */
export function makeApiKey(): { readonly keyId: string; readonly text: string; readonly secretHash: string } {
  const keyId = randomBytes(ID_BYTES).toString('hex');
  const body = `${API_KEY_PREFIX}${keyId}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  const text = `${body}${checksum(body)}`;
  return { keyId, text, secretHash: hashOfKey(text) };
}

/** The public id in the text of a key; null when it is none of ours. */
export function keyIdOf(text: string): string | null {
  const [, body = '', keyId = '', given = ''] = SHAPE.exec(text) ?? [];
  return body !== '' && checksum(body) === given ? keyId : null;
}

/** SHA-256 is enough: a secret of 256 random bits cannot be guessed, and a slow hash would be paid on every request. */
export function hashOfKey(text: string): string {
  return hash('sha256', text);
}

/** Compares two hashes in a time that does not tell how much of them is equal. */
export function isSameHash(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
