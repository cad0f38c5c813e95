/** How operations are executed, and what is kept of them. Answers are the same whatever it says. */
import { oneOf, whole } from './variable.js';
import type { Values } from './variable.js';

export const EXECUTION = {
  executor: oneOf(
    'EXECUTOR',
    'jit',
    ['js', 'jit'],
    'jit compiles operations that are asked again; js has graphql-js execute all of them. Answers are the same.',
  ),
  documentsKeptMax: whole(
    'DOCUMENTS_KEPT_MAX',
    500,
    [1, 10_000],
    'Documents that are kept parsed and validated, and compiled where they may be.',
  ),
  compileAfter: whole(
    'COMPILE_AFTER',
    3,
    [1, 1_000_000],
    'How often a document is asked before it is compiled; a trusted one is compiled at once.',
  ),
  compiledFieldsMax: whole(
    'COMPILED_FIELDS_MAX',
    300,
    [0, 10_000],
    'Fields of an operation, its fragments spread out, up to which it is compiled.',
  ),
  rowsKeptMax: whole(
    'ROWS_KEPT_MAX',
    50_000,
    [0, 10_000_000],
    'Usage aggregates of closed windows that are kept in memory, page by page; 0 keeps none.',
  ),
};

export type ExecutionConfig = Values<typeof EXECUTION>;
