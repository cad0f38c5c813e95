/**
 * The oldest Node that runs the gateway, as `engines` in package.json says. Imports nothing: old ones read this too.
 */
const OLDEST = [20, 19] as const;

/** Why a version of Node cannot run the gateway; null when it can. */
export function tooOldNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `usage-gateway needs Node ${OLDEST.join('.')} or newer; this is ${version}.`;
}
