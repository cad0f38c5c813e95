/**
 * What stands before each operation: may it read the schema, are its arguments bounded, what does it cost, and has the
 * caller that much left. All of it is decided before anything runs. The answer then says what it cost.
 */
import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { GraphQLError, OperationTypeNode, getVariableValues } from 'graphql';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema, OperationDefinitionNode } from 'graphql';

import type { GatewayContext } from '../context.js';
import type { Balance, CostBuckets } from '../../access/cost-buckets.js';
import { asGraphqlRefusal, formatError } from '../errors.js';
import type { FieldArguments } from './field-weights.js';
import { RECORDS_PER_MUTATION_MAX } from './document-limits.js';
import { objectsIn, operationCost } from './operation-cost.js';
import type { OperationCost } from './operation-cost.js';
import { callerNameOf } from '../../access/principal.js';
import type { Caller, Role } from '../../access/principal.js';
import type { Limits } from '../../config/limits.js';
import { LINES_PER_MUTATION_MAX } from '../../onboarding/onboard-tenants.js';
import { DomainError } from '../../primitives/errors.js';
import { headersOf, statusOf } from '../../primitives/refusal-status.js';

/** What an operation is admitted by. */
export interface Admission {
  readonly limits: Limits;
  readonly introspectionRoles: readonly Role[];
  readonly buckets: CostBuckets;
}

type Request = GraphQLRequestContext<GatewayContext>;

/** What is read in place of a document that is refused. */
export const NOTHING_ASKED = '{ __typename }';

/** Faults of the request itself. A client that knows no other status than 200 beside JSON gets that. */
const FAULTS_OF_REQUEST: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** The part of the server that admits or refuses each operation, and says in its answer what it cost. */
export function admissionPlugin(admission: Admission): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async (started) => {
      const { documentText, refusal } = started.contextValue;
      if (documentText !== null) started.request.query = documentText;
      // Apollo goes on with something, and comes to hear of the refusal where it may be told.
      if (refusal !== null) started.request.query = NOTHING_ASKED;
      let charged: Charged | null = null;
      return {
        didResolveOperation: async (request) => {
          if (refusal?.[0] !== undefined) throw refusal[0];
          charged = orRefusal(() => admitAnswered(admission, request));
          if (charged !== null) setRateHeaders(request, charged.balance);
        },
        willSendResponse: async (request) => {
          const { body, http } = request.response;
          if (body.kind !== 'single') return;
          // Apollo tells one error of those that refuse a document.
          if (refusal !== null) body.singleResult.errors = refusal.map((error) => formatError(error.toJSON(), error));
          const { data, errors = [] } = body.singleResult;
          body.singleResult.extensions = {
            ...body.singleResult.extensions,
            requestId: request.contextValue.requestId,
            ...(charged && { cost: settle(admission, request, charged, data) }),
          };
          if (isUnderstoodAsLegacy(request, errors)) http.status = 200;
          setStatusOfFaults(request, errors);
        },
      };
    },
  };
}

function orRefusal<Result>(decide: () => Result): Result {
  try {
    return decide();
  } catch (error) {
    throw error instanceof DomainError ? asGraphqlRefusal(error) : error;
  }
}

/** What an operation was charged, and what its caller has left. */
interface Charged {
  readonly cost: OperationCost;
  readonly balance: Balance;
}

/** An operation that is answered once, as all but subscriptions are. */
function admitAnswered(
  admission: Admission,
  { schema, document, operation, request, contextValue }: Request,
): Charged | null {
  if (document === undefined || operation === undefined) return null;
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new DomainError(
      'INVALID_INPUT',
      'A subscription is a stream: send it by POST to /graphql/stream, with "accept: text/event-stream".',
    );
  }
  const { principal } = contextValue;
  return admitOperation(admission, { schema, document, operation, variables: request.variables ?? {}, principal });
}

/**
 * Charges the operation, or throws: INTROSPECTION_DISABLED, INVALID_INPUT, QUERY_TOO_EXPENSIVE, RATE_LIMITED. Null for
 * one that cannot run, of which execution says why.
 */
export function admitOperation(
  { limits, introspectionRoles, buckets }: Admission,
  asked: {
    readonly schema: GraphQLSchema;
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
    readonly variables: Readonly<Record<string, unknown>>;
    readonly principal: Caller | null;
  },
): Charged | null {
  const { schema, document, operation, variables, principal } = asked;
  const price = (values: Readonly<Record<string, unknown>>) =>
    operationCost(schema, { document, operation }, values, (coordinate, args) =>
      checkArguments(limits, coordinate, args),
    );
  const cost =
    priceOfMutation(schema, operation, variables, price) ?? priceOfCoerced(schema, operation, variables, price);
  if (cost === null) return null;
  if (cost.readsSchema && (principal === null || !introspectionRoles.includes(principal.role))) {
    throw new DomainError('INTROSPECTION_DISABLED', 'Your role does not read the schema here.');
  }
  if (cost.requested > limits.costMax) {
    throw new DomainError(
      'QUERY_TOO_EXPENSIVE',
      `This costs ${cost.requested} points, and one operation may cost ${limits.costMax}. Ask for shorter pages, fewer days or less inside each row.`,
    );
  }
  return { cost, balance: buckets.take(callerNameOf(principal), cost.requested) };
}

type Values = Readonly<Record<string, unknown>>;

/**
 * What a mutation costs depends on the lengths of its lists and pages alone, which are there before anything is
 * coerced: coercing a batch of usage takes as long as writing it, and execution does it anyway. Null for anything else,
 * and where an argument is not what it must be.
 */
function priceOfMutation(
  schema: GraphQLSchema,
  { operation, variableDefinitions = [] }: OperationDefinitionNode,
  variables: Values,
  price: (values: Values) => OperationCost,
): OperationCost | null {
  if (operation !== OperationTypeNode.MUTATION) return null;
  const leftOut = variableDefinitions.filter(({ variable }) => !Object.hasOwn(variables, variable.name.value));
  const { coerced: defaults } = getVariableValues(schema, leftOut, {}, { maxErrors: 1 });
  if (defaults === undefined) return null;
  try {
    return price({ ...variables, ...defaults });
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

/** Null for variables that cannot be coerced: nothing of the operation runs then. */
function priceOfCoerced(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Values,
  price: (values: Values) => OperationCost,
): OperationCost | null {
  const { coerced } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 });
  return coerced === undefined ? null : price(coerced);
}

function checkArguments({ pageRowsMax, listItemsMax }: Limits, coordinate: string, args: FieldArguments): void {
  const { first } = args;
  if (typeof first === 'number' && (first < 1 || first > pageRowsMax)) {
    throw new DomainError('INVALID_INPUT', `first lies between 1 and ${pageRowsMax}.`, ['first']);
  }
  const inner: LongestList = { max: listItemsMax, refusal: listTooLong };
  const outer = BATCHES[coordinate] ?? inner;
  for (const [name, value] of Object.entries(args)) checkLists(value, { outer, inner }, [name]);
}

/** How long a list may be, and what is said of one that is longer. */
interface LongestList {
  readonly max: number;
  readonly refusal: (max: number, field: readonly string[]) => DomainError;
}

/** Lists that are batches, and as long as a batch may be. */
const BATCHES: Readonly<Record<string, LongestList>> = {
  'Mutation.recordUsage': {
    max: RECORDS_PER_MUTATION_MAX,
    refusal: (max, field) =>
      new DomainError('BATCH_TOO_LARGE', `recordUsage takes ${max} records. Send larger batches to /v1/usage.`, field),
  },
  'Mutation.onboardTenants': {
    max: LINES_PER_MUTATION_MAX,
    refusal: (max, field) =>
      new DomainError('BATCH_TOO_LARGE', `onboardTenants takes ${max} lines. Send the rest in further calls.`, field),
  },
};

function listTooLong(max: number, field: readonly string[]): DomainError {
  return new DomainError('INVALID_INPUT', `${field.at(-1) ?? ''} has at most ${max} values.`, field);
}

/** A list inside of a batch is as long as any other list may be. */
function checkLists(
  value: unknown,
  { outer, inner }: { readonly outer: LongestList; readonly inner: LongestList },
  field: readonly string[],
): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    if (value.length > outer.max) throw outer.refusal(outer.max, field);
    for (const item of value as readonly unknown[]) checkLists(item, { outer: inner, inner }, field);
    return;
  }
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof member === 'object') checkLists(member, { outer, inner }, [...field, name]);
  }
}

/** What was charged and not used goes back. Never more is charged than was said before. */
function settle({ buckets }: Admission, { contextValue }: Request, { cost, balance }: Charged, data: unknown) {
  const answered = Math.max(0, objectsIn(data) - 1);
  const actual = Math.min(cost.requested, cost.fixed + answered);
  const unused = cost.requested - actual;
  const after = unused > 0 ? buckets.giveBack(callerNameOf(contextValue.principal), unused) : balance;
  return {
    requestedQueryCost: cost.requested,
    actualQueryCost: actual,
    throttleStatus: {
      maximumAvailable: after.maximum,
      currentlyAvailable: after.available,
      restoreRate: after.perSecond,
    },
  };
}

/** The headers of the IETF draft "RateLimit header fields for HTTP". */
function setRateHeaders({ response }: Request, { maximum, available, perSecond }: Balance): void {
  const { headers } = response.http;
  headers.set('ratelimit-policy', `"cost";q=${maximum};w=${Math.ceil(maximum / perSecond)}`);
  headers.set('ratelimit', `"cost";r=${available};t=${Math.ceil((maximum - available) / perSecond)}`);
}

/** GraphQL over HTTP: a client that accepts `application/json` alone reads errors from an answer with status 200. */
function isUnderstoodAsLegacy({ request }: Request, errors: readonly GraphQLFormattedError[]): boolean {
  const accept = request.http?.headers.get('accept') ?? '';
  const [first] = errors;
  if (first === undefined || accept.includes('application/graphql-response+json')) return false;
  return FAULTS_OF_REQUEST.has(first.extensions?.['code']);
}

/** An answer that lacks something because of time or the database says so by its status too. */
function setStatusOfFaults({ response: { http } }: Request, errors: readonly GraphQLFormattedError[]): void {
  for (const { extensions, message } of errors) {
    const code = extensions?.['code'];
    if (code !== 'TIMEOUT' && code !== 'UNAVAILABLE') continue;
    const error = new DomainError(code, message);
    http.status = statusOf(error);
    for (const [name, value] of Object.entries(headersOf(error))) http.headers.set(name, value);
  }
}
