import fc from 'fast-check';

import { canonicalGuid, digest16 } from '../../src/primitives/ids.js';

/** What validation lets through: no NUL. */
const part = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\u0000', ' '));

describe('a GUID', () => {
  it('has one canonical form, whatever its case and with or without dashes', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        for (const form of [
          uuid,
          uuid.toUpperCase(),
          uuid.replaceAll('-', ''),
          uuid.replaceAll('-', '').toUpperCase(),
        ]) {
          expect(canonicalGuid(form)).toBe(uuid.toLowerCase());
        }
      }),
    );
  });

  it.each([
    '',
    'b5c15376-6c94-4fdd-b655-1a69d138aca',
    'b5c15376-6c94-4fdd-b655-1a69d138aca33',
    'b5c153766c944fddb655-1a69d138aca3',
    'g5c15376-6c94-4fdd-b655-1a69d138aca3',
    '{b5c15376-6c94-4fdd-b655-1a69d138aca3}',
    ' b5c15376-6c94-4fdd-b655-1a69d138aca3',
    'b5c15376-6c94-4fdd-b655-1a69d138aca3\n',
    'b5c15376_6c94_4fdd_b655_1a69d138aca3',
  ])('is not %j', (text) => {
    expect(canonicalGuid(text)).toBeNull();
  });
});

describe('a digest of texts', () => {
  it('differs where the lists differ, also where only the borders between the texts do', () => {
    const list = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(list, list, (left, right) => {
        const isSame = left.length === right.length && left.every((text, index) => text === right[index]);
        expect(digest16(left).equals(digest16(right))).toBe(isSame);
      }),
      { numRuns: 500 },
    );
    expect(digest16(['ab', 'c'])).not.toEqual(digest16(['a', 'bc']));
    expect(digest16(['a', ''])).not.toEqual(digest16(['a']));
  });

  it('is sixteen bytes, and the same in every process: rows of past years are found by it', () => {
    expect(digest16(['1', 'pushed', 'Microsoft.Compute', 'record-1']).toString('hex')).toBe(
      '020dd9cd0628713d8a55969235d54c8b',
    );
  });
});
