import { Decimal } from 'decimal.js';
import fc from 'fast-check';

import {
  NUMBER_TEXT_LENGTH_MAX,
  canonicalQuantity,
  fromUnits,
  parseQuantity,
  sum,
  toUnits,
} from '../../src/primitives/quantity.js';
import type { Quantity } from '../../src/primitives/quantity.js';

/** Enough digits that the model itself never rounds. */
const Model = Decimal.clone({ precision: 1000, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -9e15, toExpPos: 9e15 });
const LIMIT = new Model('1e24');

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), minLength, maxLength });
const numberText = fc
  .tuple(fc.boolean(), digits(1, 30), fc.option(digits(1, 60)), fc.option(fc.integer({ min: -60, max: 40 })))
  .map(
    ([isNegative, whole, fraction, exponent]) =>
      `${isNegative ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`,
  );
const units = fc.bigInt({ min: -(10n ** 48n) + 1n, max: 10n ** 48n - 1n });

describe('a quantity', () => {
  it('is the number that was written, rounded half to even at the 24th decimal, or refused as too large', () => {
    fc.assert(
      fc.property(numberText, (text) => {
        const exact = new Model(text);
        const rounded = exact.toDecimalPlaces(24);
        const parsed = parseQuantity(text);
        if (rounded.abs().greaterThanOrEqualTo(LIMIT)) {
          expect(parsed).toEqual({ ok: false, reason: 'TOO_LARGE' });
        } else {
          expect(parsed).toEqual({
            ok: true,
            quantity: rounded.isZero() ? '0' : rounded.toFixed(),
            isRounded: !rounded.equals(exact),
          });
        }
      }),
      { numRuns: 3000 },
    );
  });

  const half = `0.${'0'.repeat(23)}`;
  it.each([
    ['0', '0', false],
    ['-0', '0', false],
    ['-0.000', '0', false],
    ['007', '7', false],
    ['1.50', '1.5', false],
    ['1E3', '1000', false],
    ['1e+3', '1000', false],
    ['8.381903171539307e-08', '0.00000008381903171539307', false],
    ['16.461425899527967', '16.461425899527967', false],
    ['999999999999999999999999.999999999999999999999999', '999999999999999999999999.999999999999999999999999', false],
    // A tie goes to the even neighbour, and the smallest excess decides it.
    [`${half}05`, '0', true],
    [`${half}15`, `${half}2`, true],
    [`${half}25`, `${half}2`, true],
    [`-${half}25`, `-${half}2`, true],
    [`${half}250000000000000001`, `${half}3`, true],
    [`${half}249999999999999999`, `${half}2`, true],
    [`${half}20`, `${half}2`, false],
    ['-1e-30', '0', true],
    ['1e-9999', '0', true],
    ['0e9999', '0', false],
  ])('%s is %s', (text, quantity, isRounded) => {
    expect(parseQuantity(text)).toEqual({ ok: true, quantity, isRounded });
  });

  it.each([
    ['1000000000000000000000000', 'TOO_LARGE'],
    ['-1e24', 'TOO_LARGE'],
    ['1e999', 'TOO_LARGE'],
    // Rounds up to the first number that is too large.
    ['999999999999999999999999.9999999999999999999999995', 'TOO_LARGE'],
    ['1e10000', 'NOT_A_NUMBER'],
    ['', 'NOT_A_NUMBER'],
    [' 1', 'NOT_A_NUMBER'],
    ['1\n', 'NOT_A_NUMBER'],
    ['+1', 'NOT_A_NUMBER'],
    ['.5', 'NOT_A_NUMBER'],
    ['1.', 'NOT_A_NUMBER'],
    ['1,5', 'NOT_A_NUMBER'],
    ['1e', 'NOT_A_NUMBER'],
    ['1e1.5', 'NOT_A_NUMBER'],
    ['--1', 'NOT_A_NUMBER'],
    ['0x10', 'NOT_A_NUMBER'],
    ['1_000', 'NOT_A_NUMBER'],
    ['NaN', 'NOT_A_NUMBER'],
    ['Infinity', 'NOT_A_NUMBER'],
    ['٣', 'NOT_A_NUMBER'],
    ['0'.repeat(NUMBER_TEXT_LENGTH_MAX + 1), 'NOT_A_NUMBER'],
  ])('%j is none: %s', (text, reason) => {
    expect(parseQuantity(text)).toEqual({ ok: false, reason });
  });

  it('reads its own canonical text back as itself', () => {
    fc.assert(
      fc.property(units, (whole) => {
        const quantity = fromUnits(whole);
        expect(quantity).toMatch(/^(0|-?(0|[1-9]\d{0,23})(\.\d{0,23}[1-9])?)$/);
        expect(toUnits(quantity)).toBe(whole);
        expect(parseQuantity(quantity)).toEqual({ ok: true, quantity, isRounded: false });
      }),
      { numRuns: 1000 },
    );
  });

  it('is canonical whatever number of zeros a database writes after it', () => {
    fc.assert(
      fc.property(units, (whole) => {
        const quantity = fromUnits(whole);
        const written = new Model(quantity).toFixed(24);
        expect(canonicalQuantity(written)).toBe(quantity);
      }),
    );
  });
});

describe('a sum of quantities', () => {
  it('is exact, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(units, { maxLength: 30 }), (terms) => {
        const quantities = terms.map(fromUnits);
        const expected = terms.reduce((left, right) => left + right, 0n);
        expect(toUnits(sum(quantities))).toBe(expected);
        expect(sum([...quantities].reverse())).toBe(sum(quantities));
      }),
    );
  });

  it('does not lose a digit of a small term beside a large one', () => {
    const large = '999999999999999999999999' as Quantity;
    const small = '0.000000000000000000000001' as Quantity;
    expect(sum([large, small])).toBe('999999999999999999999999.000000000000000000000001');
    expect(sum([])).toBe('0');
  });
});
