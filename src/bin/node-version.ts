/**
 * Which versions of Node run the gateway, as `engines` in package.json says. Imports nothing: others read this too.
 */
const OLDEST_MINORS: ReadonlyMap<number, number> = new Map([
  [20, 19],
  [22, 13],
  [24, 0],
  [26, 0],
]);

/** Why a version of Node cannot run the gateway; null when it can. */
export function unfitNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (minor >= (OLDEST_MINORS.get(major) ?? Infinity)) return null;
  return `usage-gateway runs on Node 20 from 20.19 on, 22 from 22.13 on, 24 and 26; this is ${version}.`;
}
