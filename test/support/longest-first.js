import Sequencer from '@jest/test-sequencer';

/** Test files that take longest. One of them begun last would leave the other worker without work for as long. */
const LONG = [
  'torture/torture.test.ts',
  'isolation/matrix.test.ts',
  'collection/gateway-to-gateway.test.ts',
  'demo/demo-stamp.test.ts',
  'simulation/simulation.test.ts',
  'bin/serving.test.ts',
  'database/migrate.test.ts',
];

/** Begins with what takes long, where a fresh checkout knows no times yet: Jest would go by the size of the files. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONG.findIndex((name) => path.endsWith(name));
      return index === -1 ? LONG.length : index;
    };
    return [...super.sort(tests)].sort((left, right) => rank(left) - rank(right));
  }
}
