/** Names in the environment that nothing reads, but that look as if something should. */
import { editDistance } from '../primitives/edit-distance.js';

/** Two changes of one letter are a typing error in a long name; in a short one they make another word. */
const LONG_NAME = 8;
/** Variables of this family that nobody reads are meant for us, whatever follows. */
const OWN_FAMILY = 'COMMERCE_';

/** A variable that was set and is not read; the name that was meant, where one is near. */
export interface NearMiss {
  readonly name: string;
  readonly meant: string | null;
}

/** The variables of an environment that are not ours and look like one of ours. */
export function nearMisses(env: Readonly<Record<string, string | undefined>>, ours: readonly string[]): NearMiss[] {
  const known = new Set(ours);
  return Object.keys(env).flatMap((name) => {
    if (known.has(name) || env[name] === undefined) return [];
    const upper = name.toUpperCase();
    const meant = ours.find((own) => isNear(upper, own)) ?? null;
    return meant !== null || upper.startsWith(OWN_FAMILY) ? [{ name, meant }] : [];
  });
}

function isNear(name: string, own: string): boolean {
  if (Math.abs(name.length - own.length) > 2) return false;
  if (own.length >= LONG_NAME) return editDistance(name, own) <= 2;
  // Of short names only letters that changed places: POST is no PORT, and SORT neither.
  return name.length === own.length && lettersOf(name) === lettersOf(own);
}

function lettersOf(name: string): string {
  return Array.from(name).sort().join('');
}
