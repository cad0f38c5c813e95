// The code that is tested is the code that is served: without this, graphql-js checks each of its values at length, which
// takes a third of the time of the tests that ask much.
process.env.NODE_ENV = 'production';

/** Tests are ES modules in TypeScript. swc compiles them one file at a time; `npm run typecheck` checks the types. */
const swcOptions = {
  swcrc: false,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    // The same meaning as in tsconfig.json: type-graphql reads the metadata of its decorators.
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  runtime: '<rootDir>/test/support/packages-once.js',
  roots: ['<rootDir>/test', '<rootDir>/src', '<rootDir>/migrations'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions] },
  // Our imports end in `.js`, as Node wants them, and the file beside them is `.ts`. A real `.js` file, such as those
  // of every package, is found first.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  globalSetup: '<rootDir>/test/support/before-all.js',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  globalTeardown: '<rootDir>/test/support/after-all.js',
  testTimeout: 60_000,
  maxWorkers: 2,
};
