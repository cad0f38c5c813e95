import tseslint from 'typescript-eslint';

/** Globals of Node that plain JavaScript files use. TypeScript files have the compiler for this. */
const nodeGlobals = Object.fromEntries(
  ['console', 'crypto', 'fetch', 'performance', 'process', 'setTimeout', 'URL'].map((name) => [name, 'readonly']),
);

/** What writes itself into the text of SQL. */
const IN_SQL = ['Column', 'ColumnsOf', 'OptionalTable', 'SqlText', 'Table'];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'data/', '.scratch/', 'test/operations/operations.ts'] },
  {
    files: ['src/**/*.ts', 'migrations/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        // An empty text is often "nothing".
        { ignorePrimitives: { string: true } },
      ],
      'max-lines': ['error', { max: 400 }],
      complexity: ['error', { max: 12 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          // V8 keeps all that such an object closes over until the next collection of the whole heap.
          selector: 'ObjectExpression > Property[kind=/^[gs]et$/]',
          message: 'Accessors belong to classes: of an object literal each keeps a request alive. Write a function.',
        },
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          name: 'graphql-shield',
          allowTypeImports: true,
          message:
            'Its ES modules do not load on Node 23 and newer: require it, as graphql/fields/permissions.ts does.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers in messages are meant, and columns and tables in SQL.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allow: [{ from: 'file', name: IN_SQL }] },
      ],
      '@typescript-eslint/no-base-to-string': [
        'error',
        { ignoredTypeNames: [...IN_SQL, 'Error', 'RegExp', 'URL', 'URLSearchParams'] },
      ],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Object types of the schema are classes for type-graphql's sake only; plain records are what resolvers answer.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `row['id']` is how tsconfig asks for properties that are not declared.
      '@typescript-eslint/dot-notation': 'off',
      // A name in front of `_` says that the position matters and the value does not.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Cheap acts are async as well, so that every store can be called alike.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // What is run by people talks to them.
    files: ['src/bin/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // They ask in text of their own, and convert what drivers answer; `src` asks by columns.
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-unnecessary-type-conversion': 'off' },
  },
  {
    // Answers have the shape that the query of the test says; what is read out of them is compared at once.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // A catalogue is long because the world is.
    files: ['src/metering/meter-catalog.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['tools/**/*.mjs', '*.js', 'test/**/*.js'],
    languageOptions: { globals: nodeGlobals },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error', eqeqeq: 'error' },
  },
);
