import type { ExecutionResult, GraphQLError } from 'graphql';

/**
 * The result with one error for a field that failed in several rows for the same reason: a field that a role may not
 * read is refused in each row of a page alike, and that is one thing to know. The first of them keeps its path.
 */
export function withOneErrorAField<Result extends Pick<ExecutionResult, 'errors'>>(result: Result): Result {
  const { errors } = result;
  if (errors === undefined || errors.length < 2) return result;
  const told = new Map<string, GraphQLError>();
  for (const error of errors) {
    const name = nameOf(error);
    if (!told.has(name)) told.set(name, error);
  }
  return told.size === errors.length ? result : { ...result, errors: [...told.values()] };
}

/** The reason and the field, whichever row of a list it stands in. An error without a place is one by itself. */
function nameOf({ path, message, nodes }: GraphQLError): string {
  const field = path?.filter((step) => typeof step === 'string') ?? nodes?.map(({ loc }) => loc?.start ?? 0) ?? [];
  return JSON.stringify([message, field]);
}
