/** Chance that is the same every time: a function of what it is asked about, so that any hour can be made alone. */
import { canonicalGuid, digest16 } from '../primitives/ids.js';

/** A whole number from 0 to 2^32 - 1 that belongs to a seed, a name's number and an hour. */
export function noiseAt(seed: number, series: number, hour: number): number {
  // Mulberry32, with the place in its sequence given instead of counted.
  let mixed = (seed + Math.imul(series, 0x9e3779b1) + Math.imul(hour, 0x6d2b79f5)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** The number of a name (FNV-1a, 32 bits), to ask `noiseAt` with. */
export function seriesOf(name: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    mixed = Math.imul(mixed ^ name.charCodeAt(index), 0x01000193);
  }
  return mixed >>> 0;
}

/** The GUID that a name has in the world of this seed, in canonical form and marked as a random one (version 4). */
export function guidOf(seed: number, name: string): string {
  const bytes = Buffer.from(digest16(['demo', String(seed), name]));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return canonicalGuid(bytes.toString('hex')) ?? '';
}
