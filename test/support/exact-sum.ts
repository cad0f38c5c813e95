/**
 * Exact decimal arithmetic for tests, on purpose unlike the gateway's own: whole numbers of 1e-60, read from any text
 * that JSON writes a number in.
 */
const PLACES = 60;

/** The number as a whole number of 1e-60. Throws where it has digits below. */
export function exactly(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw new Error(`No number: ${text}`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = PLACES - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  if (shift < 0) throw new Error(`Too fine: ${text}`);
  return (sign === '-' ? -1n : 1n) * digits * 10n ** BigInt(shift);
}

/**
 * Exact sums of numbers by a name, as whole numbers of 1e-60. Names whose sum is asked for in one place only differ.
 */
export function exactSums<Item>(
  items: Iterable<Item>,
  nameOf: (item: Item) => string,
  numberOf: (item: Item) => string,
): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const item of items) {
    const name = nameOf(item);
    sums[name] = (sums[name] ?? 0n) + exactly(numberOf(item));
  }
  return sums;
}
