import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { Field, ObjectType } from 'type-graphql';

import type { GatewayContext } from './context.js';
import { asUnavailable } from '../database/faults.js';
import { DomainError } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';
import { headersOf, statusOf } from '../primitives/refusal-status.js';

@ObjectType({ simpleResolvers: true, description: 'Why a mutation did not do what was asked, in terms of its input.' })
export class UserError {
  @Field(() => String, {
    description: "Stable name of the reason; see docs/errors.md. Mapping rules use Azure's own names.",
  })
  code!: string;
  @Field(() => String, { description: 'A sentence for people.' })
  message!: string;
  @Field(() => [String], { description: 'Path of the input field that is wrong; empty when it is none in particular.' })
  field!: readonly string[];
}

/** Not about what was put in: these are faults of the request as a whole. */
const FAULTS_OF_REQUEST: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TIMEOUT',
  'RATE_LIMITED',
  'UNAVAILABLE',
]);

/** Runs a mutation's act: a rule that refuses it becomes a user error, anything else stays a fault. */
export async function payloadOf<Payload extends object, Nothing extends object>(
  act: () => Promise<Payload>,
  nothing: Nothing,
): Promise<(Payload | Nothing) & { readonly userErrors: readonly UserError[] }> {
  try {
    return { ...(await act()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof DomainError) || FAULTS_OF_REQUEST.has(error.code)) throw error;
    const { code, message, field } = error;
    return { ...nothing, userErrors: [{ code, message, field }] };
  }
}

/** A refusal of an operation as a whole, before it runs, with the status and headers that it has everywhere. */
export function asGraphqlRefusal(error: DomainError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: {
      code: error.code,
      http: { status: statusOf(error), headers: new Map(Object.entries(headersOf(error))) },
    },
  });
}

/** What a caller sees of an error: ours with their code, and nothing of what went wrong inside. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = asUnavailable(causeOf(error));
  if (cause instanceof DomainError) {
    const { code, message, field } = cause;
    return { ...placeOf(formatted), message, extensions: { code, ...(field.length > 0 && { field }) } };
  }
  const code = formatted.extensions?.['code'];
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
    return { ...placeOf(formatted), message: formatted.message, extensions: { code } };
  }
  return {
    ...placeOf(formatted),
    message: 'Something went wrong here. It is in the log of the gateway.',
    extensions: { code: 'INTERNAL' },
  };
}

/** What went wrong here while an operation ran, and in which request: what callers are told nothing of. */
interface Fault {
  readonly requestId: string;
  readonly error: unknown;
}

/** The part of the server that writes faults down, under the id that the caller was told. */
export function faultLog(write: (fault: Fault) => void): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async ({ contextValue: { requestId } }) => ({
      didEncounterErrors: async ({ errors }) => {
        for (const error of errors) if (isFault(error)) write({ requestId, error: causeOf(error) });
      },
    }),
  };
}

/** Whether an error is a fault of ours, which belongs into the log, and not a refusal. */
export function isFault(error: GraphQLError): boolean {
  const cause = asUnavailable(causeOf(error));
  if (cause instanceof DomainError) return cause.code === 'UNAVAILABLE';
  return error.extensions['code'] === undefined;
}

function placeOf({ locations, path }: GraphQLFormattedError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations && { locations }), ...(path && { path }) };
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}
