import fc from 'fast-check';

import {
  dayOf,
  dayText,
  firstDayOf,
  firstHourOf,
  hourOf,
  hourText,
  monthOf,
  monthText,
  parseInstant,
  wholeHour,
} from '../../src/primitives/windows.js';

/** Hours from 1970 to 2100. */
const hour = fc.integer({ min: 0, max: 1_139_544 });

describe('an instant', () => {
  const noon = '2019-12-10T12:00:00.000Z';
  it.each([
    ['2019-12-10T12:00:00Z', noon],
    ['2019-12-10t12:00:00z', noon],
    ['2019-12-10T12:00Z', noon],
    ['2019-12-10T12:00:00+00:00', noon],
    ['2019-12-10T12:00:00-00:00', noon],
    ['2019-12-10T12:00:00+0000', noon],
    // Microsoft's own sample.
    ['2019-12-10T12:00:00+00:00Z', noon],
    // A plus sign in a query that nobody escaped.
    ['2019-12-10T12:00:00 00:00', noon],
    ['2019-12-10T14:00:00 02:00', noon],
    ['2019-12-10T04:00:00-08:00', noon],
    ['2019-12-10T17:30:00+05:30', noon],
    ['2019-12-11T02:00:00+14:00', noon],
    ['2019-12-10T12:00:00', noon],
    ['2019-12-10T12:00', noon],
    ['2019-12-10T12:00:00.0Z', noon],
    ['2019-12-10T12:00:00.000Z', noon],
    ['2019-12-10T12:00:00.0000000Z', noon],
    ['2019-12-10T12:00:00.1234567+00:00', '2019-12-10T12:00:00.123Z'],
    ['2019-12-10T12:00:00.5', '2019-12-10T12:00:00.500Z'],
    ['2019-12-10', '2019-12-10T00:00:00.000Z'],
    ['2020-02-29', '2020-02-29T00:00:00.000Z'],
    ['2020-01-01T00:30:00+01:00', '2019-12-31T23:30:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(new Date(parseInstant(text) ?? NaN).toISOString()).toBe(instant);
  });

  it.each([
    '',
    'now',
    '1575979200',
    '10.12.2019',
    '2019-12',
    '2019-12-10T12',
    '2019-12-10 12:00:00Z',
    ' 2019-12-10T12:00:00Z',
    '2019-12-10T12:00:00Z ',
    '2019-12-10T12:00:00Z\n',
    '2019-12-10T12:00:00.Z',
    '2019-12-10T12:00:00.12345678Z',
    '2019-12-10T24:00:00Z',
    '2019-12-10T25:00:00Z',
    '2019-12-10T12:60:00Z',
    // Leap seconds have no place among whole hours.
    '2016-12-31T23:59:60Z',
    '2019-02-29',
    '2019-02-31T12:00:00Z',
    '2019-13-01T12:00:00Z',
    '2019-00-01T12:00:00Z',
    '2019-12-00T12:00:00Z',
    '2019-12-10T12:00:00+15:00',
    '2019-12-10T12:00:00+01:60',
    '2019-12-10T12:00:00+1',
    '2019-12-10T12:00:00 CET',
    '+002019-12-10T12:00:00Z',
    '-2019-12-10T12:00:00Z',
    '٢٠١٩-12-10T12:00:00Z',
  ])('is not %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('that JavaScript writes is read as the same moment, in any zone', () => {
    const anyMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(anyMs, fc.integer({ min: -14 * 60, max: 14 * 60 }), (ms, offset) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms);
        const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(parseInstant(`${local}${zone}`)).toBe(ms);
      }),
      { numRuns: 500 },
    );
  });
});

describe('hours, days and months', () => {
  it('hold each other: an hour lies in its day, and a day in its month', () => {
    fc.assert(
      fc.property(hour, (one) => {
        const day = dayOf(one);
        const month = monthOf(day);
        expect(hourText(one)).toBe(new Date(one * 3_600_000).toISOString());
        expect(hourText(one).startsWith(dayText(day))).toBe(true);
        expect(dayText(day).startsWith(monthText(month))).toBe(true);
        expect(firstHourOf(day)).toBeLessThanOrEqual(one);
        expect(one).toBeLessThan(firstHourOf(day + 1));
        expect(firstDayOf(month)).toBeLessThanOrEqual(day);
        expect(day).toBeLessThan(firstDayOf(month + 1));
      }),
      { numRuns: 1000 },
    );
  });

  it('cover a moment with one hour, and only its start is a whole one', () => {
    fc.assert(
      fc.property(hour, fc.integer({ min: 1, max: 3_599_999 }), (one, ms) => {
        expect(hourOf(one * 3_600_000)).toBe(one);
        expect(hourOf(one * 3_600_000 + ms)).toBe(one);
        expect(wholeHour(one * 3_600_000)).toBe(one);
        expect(wholeHour(one * 3_600_000 + ms)).toBeNull();
      }),
    );
  });

  it.each([
    [0, '1970-01-01', '1970-01'],
    [11_016, '2000-02-29', '2000-02'],
    [18_321, '2020-02-29', '2020-02'],
    [18_627, '2020-12-31', '2020-12'],
    [18_628, '2021-01-01', '2021-01'],
  ])('day %i is %s in %s', (day, date, month) => {
    expect(dayText(day)).toBe(date);
    expect(monthText(monthOf(day))).toBe(month);
  });

  it('count on before 1970', () => {
    expect(dayText(-1)).toBe('1969-12-31');
    expect(monthOf(-1)).toBe(-1);
    expect(hourOf(-1)).toBe(-1);
    expect(dayOf(-1)).toBe(-1);
  });
});
