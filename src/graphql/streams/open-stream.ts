/**
 * Opens the stream of a subscription. Whatever would be refused of a query is refused here, before anything is told;
 * and each update is executed as an operation of its own, with a scope that is looked up then.
 */
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  createSourceEventStream,
  execute,
  getOperationAST,
  getVariableValues,
} from 'graphql';
import type {
  DocumentNode,
  ExecutionResult,
  FormattedExecutionResult,
  FragmentDefinitionNode,
  GraphQLFormattedError,
  GraphQLSchema,
} from 'graphql';

import { admitOperation } from '../admission/admission.js';
import type { Admission } from '../admission/admission.js';
import { createContext } from '../context.js';
import type { GatewayContext, GraphqlApp } from '../context.js';
import { refusalOf } from '../admission/document-reader.js';
import type { DocumentReader } from '../admission/document-reader.js';
import { refuseForbiddenField } from '../fields/forbidden-field.js';
import type { ChangeStream } from '../../reading/live-feed.js';
import { callerNameOf } from '../../access/principal.js';
import type { Caller } from '../../access/principal.js';
import type { Deadline } from '../../primitives/deadline.js';
import { startDeadline } from '../../primitives/deadline.js';
import { DomainError } from '../../primitives/errors.js';
import { isSeenBy } from '../../reading/live-changes.js';
import type { LiveChange } from '../../reading/live-changes.js';

/** What a caller asks to be told. */
export interface StreamQuestion {
  readonly caller: Caller;
  readonly requestId: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

/** What opening needs beside the question. */
export interface StreamSource extends Admission {
  readonly app: GraphqlApp;
  readonly schema: GraphQLSchema;
  readonly reader: DocumentReader;
  /** Names errors of one document at most. */
  readonly errorsMax: number;
  /** What the caller sees of an error. */
  readonly shown: (error: unknown) => GraphQLFormattedError;
}

/** Results of a subscription. `return` closes it without waiting for anything, also while a result is waited for. */
export interface ResultStream extends AsyncIterableIterator<FormattedExecutionResult> {
  next(): Promise<IteratorResult<FormattedExecutionResult, undefined>>;
  return(): Promise<IteratorResult<FormattedExecutionResult, undefined>>;
  throw(): Promise<IteratorResult<FormattedExecutionResult, undefined>>;
}

/** Throws what refuses it: a DomainError, or an AggregateError of GraphQLErrors. */
export async function openStream(source: StreamSource, question: StreamQuestion): Promise<ResultStream> {
  const { app, schema, limits, buckets } = source;
  const { caller, requestId, variables, operationName } = question;
  const document = await source.reader.read(question.query, callerNameOf(caller));
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    throw refusalOf([new GraphQLError('Say by operationName which operation to run.')], {
      code: 'OPERATION_RESOLUTION_FAILURE',
    });
  }
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    throw new DomainError('INVALID_INPUT', 'Only subscriptions are streams. Send this to /graphql.');
  }
  refuseForbiddenField(schema, operation, fragmentsOf(document), caller.role);
  const read = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: source.errorsMax,
  });
  if (read.errors) throw refusalOf(read.errors, { code: 'BAD_USER_INPUT' });
  const charged = admitOperation(source, { schema, document, operation, variables, principal: caller });
  const pointsPerUpdate = charged === null ? 0 : charged.cost.requested - charged.cost.fixed;
  const args = { schema, document, operationName, variableValues: variables };
  let deadline: Deadline | null = null;
  /** Each update is a request of its own: what it may see is looked up then, and its time is limited. */
  const within = async <Result>(work: (context: GatewayContext) => Promise<Result>) => {
    deadline = startDeadline(limits.requestMsMax);
    try {
      const db = app.db.within(deadline);
      return await work(await createContext({ ...app, db }, caller, { requestId, documentText: null, refusal: null }));
    } finally {
      deadline.end();
      deadline = null;
    }
  };

  const opened = await within((contextValue) => createSourceEventStream({ ...args, contextValue }));
  if (!(Symbol.asyncIterator in opened)) throw new AggregateError(opened.errors ?? []);
  const changes = opened as ChangeStream;

  /** Null: who opened the stream may not see it any more. */
  const answer = async (change: LiveChange): Promise<ExecutionResult | null> => {
    buckets.take(callerNameOf(caller), pointsPerUpdate);
    return within(async (contextValue) => {
      if (!isSeenBy(contextValue.scope, change)) return null;
      return execute({ ...args, contextValue, rootValue: change });
    });
  };
  return resultsOf(changes, { answer, shown: source.shown, abandon: () => deadline?.abandon() });
}

/**
 * Written by hand, because the `return` of an async generator waits for the `next` that is under way, and that may take
 * days. An error that cuts the stream off is its last result.
 */
function resultsOf(
  changes: ChangeStream,
  parts: {
    readonly answer: (change: LiveChange) => Promise<ExecutionResult | null>;
    readonly shown: StreamSource['shown'];
    readonly abandon: () => void;
  },
): ResultStream {
  let over = false;
  const isOver = () => over;
  const end = async () => {
    over = true;
    parts.abandon();
    return changes.return();
  };
  return {
    next: async () => {
      while (!isOver()) {
        try {
          const { done, value } = await changes.next();
          if (done === true) break;
          const result = await parts.answer(value);
          if (result !== null && !isOver()) return { done: false, value: asShown(result, parts.shown) };
        } catch (error) {
          if (isOver()) break;
          await end();
          return { done: false, value: { errors: [parts.shown(error)] } };
        }
      }
      return OVER;
    },
    return: async () => {
      await end();
      return OVER;
    },
    throw: async () => {
      await end();
      return OVER;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const OVER = { done: true, value: undefined } as const;

function asShown({ data = null, errors }: ExecutionResult, shown: StreamSource['shown']): FormattedExecutionResult {
  return errors === undefined ? { data } : { errors: errors.map(shown), data };
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}
