import { CONFIG_VARIABLES, readConfig } from '../../src/config.js';
import {
  flag,
  hours,
  listOf,
  minutes,
  oneOf,
  optional,
  seconds,
  valuesIn,
  variable,
  whole,
} from '../../src/config/variable.js';

const GROUP = {
  count: whole('COUNT', 7, [1, 9], 'A number.'),
  longMs: hours('LONG_HOURS', 2, [0, 3], 'Hours.'),
  middleMs: minutes('MIDDLE_MINUTES', 2, [0, 3], 'Minutes.'),
  shortMs: seconds('SHORT_SECONDS', 2, [0, 3], 'Seconds.'),
  isOn: flag('IS_ON', true, 'A switch.'),
  color: oneOf('COLOR', 'red', ['red', 'blue'], 'A word.'),
  names: variable(
    'NAMES',
    'a,b',
    listOf((item) => item.length === 1, 'lists letters'),
    'A list.',
  ),
  letter: optional(
    'LETTER',
    listOf((item) => item.length === 1, 'lists letters'),
    'May be left out.',
    'no letter',
  ),
};

function read(env: Readonly<Record<string, string>>) {
  const problems: string[] = [];
  const values = valuesIn(GROUP, env, (sentence) => problems.push(sentence));
  return { values, problems };
}

describe('a group of variables', () => {
  it('has its defaults where nothing is set, and where an empty text is: times in milliseconds', () => {
    const standard = {
      count: 7,
      longMs: 7_200_000,
      middleMs: 120_000,
      shortMs: 2_000,
      isOn: true,
      color: 'red',
      names: ['a', 'b'],
      letter: null,
    };
    expect(read({})).toEqual({ values: standard, problems: [] });
    expect(read({ COUNT: '', IS_ON: '', NAMES: '', LETTER: '' })).toEqual({ values: standard, problems: [] });
  });

  it('says what is set', () => {
    const { values } = read({
      COUNT: '9',
      SHORT_SECONDS: '0',
      IS_ON: 'false',
      COLOR: 'blue',
      NAMES: ' x , ',
      LETTER: 'y',
    });
    expect(values).toMatchObject({ count: 9, shortMs: 0, isOn: false, color: 'blue', names: ['x'], letter: ['y'] });
  });

  it('tells each problem by the name of its variable, all at once, and none of the values', () => {
    const { problems } = read({
      COUNT: '10',
      LONG_HOURS: '1e9',
      IS_ON: 'yes',
      COLOR: 'green',
      NAMES: 'abc',
      LETTER: '42',
    });
    expect(problems).toEqual([
      'COUNT is a whole number from 1 to 9',
      'LONG_HOURS is a whole number from 0 to 3',
      'IS_ON is true or false',
      'COLOR is red or blue',
      'NAMES lists letters',
      'LETTER lists letters',
    ]);
  });
});

describe('every variable of the gateway', () => {
  const required = CONFIG_VARIABLES.filter(({ isOptional }) => !isOptional);

  it('has a name of its own', () => {
    expect(new Set(CONFIG_VARIABLES.map(({ name }) => name)).size).toBe(CONFIG_VARIABLES.length);
  });

  it('has the default that is documented: setting that text changes nothing', () => {
    const documented = Object.fromEntries(required.map(({ name, default: text }) => [name, text]));
    expect(readConfig(documented)).toEqual(readConfig({}));
  });

  it.each(CONFIG_VARIABLES.flatMap(({ name, bounds }) => (bounds === null ? [] : [[name, ...bounds] as const])))(
    'is refused beyond its documented bounds: %s from %d to %d',
    (name, min, max) => {
      const sentence = `${name} is a whole number from ${min} to ${max}.`;
      expect(() => readConfig({ [name]: String(max + 1) })).toThrow(sentence);
      expect(() => readConfig({ [name]: String(min - 1) })).toThrow(sentence);
    },
  );
});
