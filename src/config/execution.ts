/** How operations are executed. */
import { z } from 'zod';

import { whole } from './variable.js';
import type { Variable } from './variable.js';

/** js: graphql-js executes everything. jit: operations that are asked again are compiled. */
const EXECUTORS = ['js', 'jit'] as const;

/** What is compiled and kept. Answers are the same whatever it says. */
export interface ExecutionConfig {
  readonly executor: (typeof EXECUTORS)[number];
  /** Documents that are kept parsed and validated, and compiled where they may be. */
  readonly documentsKeptMax: number;
  /** How often a document is asked before it is compiled; a trusted one is compiled at once. */
  readonly compileAfter: number;
  /** Fields of an operation, its fragments spread out, up to which it is compiled. */
  readonly compiledFieldsMax: number;
  /** Rows of pages of closed windows that are kept; 0 keeps none. */
  readonly rowsKeptMax: number;
}

/** Variables of the environment that say so, as the operations guide lists them. */
export const EXECUTION_VARIABLES: readonly Variable[] = [
  {
    name: 'EXECUTOR',
    meaning:
      'jit compiles operations that are asked again; js has graphql-js execute all of them. Answers are the same.',
    default: 'jit',
  },
  {
    name: 'DOCUMENTS_KEPT_MAX',
    meaning: 'Documents that are kept parsed and validated, and compiled where they may be.',
    default: '500',
  },
  {
    name: 'COMPILE_AFTER',
    meaning: 'How often a document is asked before it is compiled; a trusted one is compiled at once.',
    default: '3',
  },
  {
    name: 'COMPILED_FIELDS_MAX',
    meaning: 'Fields of an operation, its fragments spread out, up to which it is compiled.',
    default: '300',
  },
  {
    name: 'ROWS_KEPT_MAX',
    meaning: 'Usage aggregates of closed windows that are kept in memory, page by page; 0 keeps none.',
    default: '50000',
  },
];

/** How each variable is read. */
export const executionShape = {
  EXECUTOR: z.enum(EXECUTORS, `is ${EXECUTORS.join(' or ')}`).default('jit'),
  DOCUMENTS_KEPT_MAX: whole(1, 10_000).default(500),
  COMPILE_AFTER: whole(1, 1_000_000).default(3),
  COMPILED_FIELDS_MAX: whole(0, 10_000).default(300),
  ROWS_KEPT_MAX: whole(0, 10_000_000).default(50_000),
};

/** What an environment that was read by `executionShape` says. */
export function executionConfigOf(read: {
  readonly EXECUTOR: ExecutionConfig['executor'];
  readonly DOCUMENTS_KEPT_MAX: number;
  readonly COMPILE_AFTER: number;
  readonly COMPILED_FIELDS_MAX: number;
  readonly ROWS_KEPT_MAX: number;
}): ExecutionConfig {
  return Object.freeze({
    executor: read.EXECUTOR,
    documentsKeptMax: read.DOCUMENTS_KEPT_MAX,
    compileAfter: read.COMPILE_AFTER,
    compiledFieldsMax: read.COMPILED_FIELDS_MAX,
    rowsKeptMax: read.ROWS_KEPT_MAX,
  });
}
