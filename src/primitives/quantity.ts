/**
 * Exact amounts of usage. A quantity is a decimal number with up to 24 digits on either side of the point; real stamps
 * send magnitudes down to 1e-8 with 17 significant digits, and a double would lose them. Between the wire and the
 * database it travels as its canonical text ("16.461425899527967"); arithmetic happens on whole numbers of 1e-24.
 */

/** Canonical text of an exact decimal: no exponent, no plus sign, no superfluous zeros, never "-0". */
export type Quantity = string & { readonly __brand: 'Quantity' };

const FRACTION_DIGITS = 24;
const INTEGER_DIGITS = 24;
/** Longer number texts are refused before they are looked at. */
export const NUMBER_TEXT_LENGTH_MAX = 128;

const UNIT = 10n ** BigInt(FRACTION_DIGITS);
const LIMIT = 10n ** BigInt(INTEGER_DIGITS) * UNIT;
/** Text that is canonical already; only "-0" looks like it and is not. */
const CANONICAL = /^-?(?:0|[1-9]\d{0,23})(?:\.\d{0,23}[1-9])?$/;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

export const ZERO = '0' as Quantity;

export type ParsedQuantity =
  | { readonly ok: true; readonly quantity: Quantity; readonly isRounded: boolean }
  | { readonly ok: false; readonly reason: 'NOT_A_NUMBER' | 'TOO_LARGE' };

/**
 * Reads a decimal number as JSON writes it (also with an exponent). What is finer than 24 decimals is rounded half to
 * even and `isRounded` says so; what needs more than 24 digits before the point is refused.
 */
export function parseQuantity(text: string): ParsedQuantity {
  if (text.length > NUMBER_TEXT_LENGTH_MAX) return { ok: false, reason: 'NOT_A_NUMBER' };
  if (CANONICAL.test(text) && text !== '-0') return { ok: true, quantity: text as Quantity, isRounded: false };
  const match = NUMBER.exec(text);
  if (match === null) return { ok: false, reason: 'NOT_A_NUMBER' };
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return { ok: true, quantity: ZERO, isRounded: false };
  // value = digits × 10^power, counted in units of 1e-24
  const power = Number(exponent) - fraction.length + FRACTION_DIGITS;
  if (digits.length + power > INTEGER_DIGITS + FRACTION_DIGITS) {
    return { ok: false, reason: 'TOO_LARGE' };
  }
  const { units, isRounded } = scaled(digits, power);
  if (units >= LIMIT) return { ok: false, reason: 'TOO_LARGE' };
  return { ok: true, quantity: fromUnits(sign === '-' ? -units : units), isRounded };
}

/** The sum of exact quantities; the order of the terms does not matter. */
export function sum(quantities: Iterable<Quantity>): Quantity {
  let total = 0n;
  for (const quantity of quantities) total += toUnits(quantity);
  return fromUnits(total);
}

/** True below zero; canonical text never has a "-0". */
export function isNegative(quantity: Quantity): boolean {
  return quantity.startsWith('-');
}

/** A decimal text from the database ("2.500000000000000000000000") in canonical form. */
export function canonicalQuantity(text: string): Quantity {
  const point = text.indexOf('.');
  if (point < 0) return text as Quantity;
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO_DIGIT) end -= 1;
  const kept = text.slice(0, end - 1 === point ? point : end);
  return (kept === '-0' ? '0' : kept) as Quantity;
}

const ZERO_DIGIT = '0'.charCodeAt(0);

/** The quantity as a whole number of 1e-24. Accepts any plain decimal text of at most 24 decimals. */
export function toUnits(text: string): bigint {
  const point = text.indexOf('.');
  if (point < 0) return BigInt(text) * UNIT;
  const fraction = text.slice(point + 1);
  return BigInt(text.slice(0, point) + fraction.padEnd(FRACTION_DIGITS, '0'));
}

/** The canonical text of a whole number of 1e-24. */
export function fromUnits(units: bigint): Quantity {
  const isBelowZero = units < 0n;
  const digits = (isBelowZero ? -units : units).toString().padStart(FRACTION_DIGITS + 1, '0');
  const whole = digits.slice(0, -FRACTION_DIGITS);
  const fraction = digits.slice(-FRACTION_DIGITS).replace(/0+$/, '');
  return `${isBelowZero ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}` as Quantity;
}

function scaled(digits: string, power: number): { units: bigint; isRounded: boolean } {
  if (power >= 0) return { units: BigInt(digits + '0'.repeat(power)), isRounded: false };
  const cut = digits.length + power;
  const kept = cut > 0 ? BigInt(digits.slice(0, cut)) : 0n;
  const dropped = cut >= 0 ? digits.slice(cut) : '0'.repeat(Math.min(-cut, 1)) + digits;
  if (/^0*$/.test(dropped)) return { units: kept, isRounded: false };
  const isAboveHalf = dropped > '5' && !/^50*$/.test(dropped);
  const isHalf = /^50*$/.test(dropped);
  const roundsUp = isAboveHalf || (isHalf && kept % 2n === 1n);
  return { units: roundsUp ? kept + 1n : kept, isRounded: true };
}
