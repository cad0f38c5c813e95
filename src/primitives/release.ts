/** The release that this code is, as package.json names it; between two releases, that of the next with `-dev`. */
export const RELEASE = '0.2.0-dev';

const FORM = /^(\d+)\.(\d+)\.(\d+)(-.+)?$/;

/** Whether one release came after another. What comes before a release, as `-dev`, is older than it. */
export function isLaterRelease(one: string, other: string): boolean {
  const [ours, theirs] = [FORM.exec(one), FORM.exec(other)];
  if (ours === null || theirs === null) return false;
  for (const place of [1, 2, 3]) {
    const difference = Number(ours[place]) - Number(theirs[place]);
    if (difference !== 0) return difference > 0;
  }
  return ours[4] === undefined && theirs[4] !== undefined;
}
