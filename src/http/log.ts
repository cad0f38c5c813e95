import type { FastifyServerOptions } from 'fastify';

/** Where log lines go, each with its line break. */
export interface LogStream {
  write(line: string): void;
}

/** How many causes of a fault are told. */
const CAUSES_MAX = 5;

/**
 * One JSON object a line, to standard output. What callers send reaches no line but as the id of their request, which
 * is checked: a line cannot be forged, and no customer's name is kept where the operator's rules for books do not hold.
 */
export function logOptions(level: string, stream?: LogStream): NonNullable<FastifyServerOptions['logger']> {
  return { level, serializers: { err: (error: unknown) => faultOnLog(error) }, ...(stream && { stream }) };
}

/** What is told of a fault. */
interface FaultOnLog {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  /** Code and statement of a driver, cause: where there are any. */
  [more: string]: unknown;
}

/** The statement that failed, and none of the values that were put into it. */
function faultOnLog(error: unknown, causesLeft = CAUSES_MAX): FaultOnLog {
  if (!(error instanceof Error)) return { type: typeof error, message: 'What was thrown is no error.', stack: '' };
  const { name, message, stack = '', cause } = error;
  const { code, query } = error as { readonly code?: unknown; readonly query?: unknown };
  return {
    type: name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(query !== undefined && { query }),
    ...(cause !== undefined && causesLeft > 0 && { cause: faultOnLog(cause, causesLeft - 1) }),
  };
}
