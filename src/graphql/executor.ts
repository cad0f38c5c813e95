/**
 * Executes operations, behind Apollo's interface for gateways. Queries that are asked again and again run compiled, by
 * graphql-jit; everything else runs by graphql-js. Whatever a compiled query finds fault with is asked of graphql-js
 * again, so that errors are always its own: their order, text, place and extensions.
 */
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { execute, getVariableValues } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

import { compileOperation } from './compiled-operation.js';
import type { CompiledOperation } from './compiled-operation.js';
import type { GatewayContext } from './context.js';
import type { GuardedField } from './guarded-fields.js';
import type { ExecutionConfig } from '../config/execution.js';

type GatewayInterface = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];
type GatewayExecutor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;
type GatewayExecutionResult = Awaited<ReturnType<GatewayExecutor>>;

/** What operations run on. */
export interface ExecutorOptions extends Pick<ExecutionConfig, 'executor' | 'compileAfter' | 'compiledFieldsMax'> {
  /** With a rule on every field at which a caller has to be stopped. */
  readonly schema: GraphQLSchema;
  /** With rules on its root fields alone, and the fields whose rules are looked at once for each operation instead. */
  readonly compiled: { readonly schema: GraphQLSchema; readonly guarded: readonly GuardedField[] };
  /** Errors in variables that are named. */
  readonly errorsMax: number;
}

/** One operation of a document that was validated. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GatewayContext;
  /** The caller named a trusted document. */
  readonly isTrusted: boolean;
}

/** Executes one operation after the other, and remembers what it compiled as long as the document is kept. */
export type Executor = (execution: Execution) => Promise<GatewayExecutionResult>;

interface Known {
  timesAsked: number;
  /** Undefined before it was tried; null when graphql-js has to execute it. */
  compiled?: CompiledOperation | null;
}

/** Makes the executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { schema, executor, compileAfter, compiledFieldsMax, compiled, errorsMax } = options;
  // What was compiled goes when the document goes: the document store says how many are kept.
  const known = new WeakMap<DocumentNode, Known>();

  function compiledFor({ document, isTrusted, context: { principal } }: Execution): CompiledOperation | null {
    if (executor === 'js' || principal === null) return null;
    const entry = known.get(document) ?? { timesAsked: 0 };
    known.set(document, entry);
    entry.timesAsked += 1;
    if (entry.compiled === undefined) {
      if (!isTrusted && entry.timesAsked < compileAfter) return null;
      entry.compiled = compileOperation({ ...compiled, fieldsMax: compiledFieldsMax }, document);
    }
    return entry.compiled?.mayRun(principal.role) === true ? entry.compiled : null;
  }

  const interpret = async ({ document, operationName, variables, context }: Execution) =>
    execute({
      schema,
      document,
      contextValue: context,
      variableValues: variables,
      operationName: operationName ?? undefined,
      options: { maxCoercionErrors: errorsMax },
    }) as Promise<GatewayExecutionResult>;

  return async (execution) => {
    const query = compiledFor(execution);
    if (query === null) return interpret(execution);
    const { operation, variables, context } = execution;
    const definitions = operation.variableDefinitions ?? [];
    const { errors } = getVariableValues(schema, definitions, variables, { maxErrors: errorsMax });
    if (errors !== undefined) return { errors };
    const result = await attempt(() => query.run(context, variables));
    return result === null || result.errors !== undefined ? interpret(execution) : (result as GatewayExecutionResult);
  };
}

/** Null where it throws. */
async function attempt<Result>(run: () => Promise<Result> | Result): Promise<Result | null> {
  try {
    return await run();
  } catch {
    return null;
  }
}

/** The executor as Apollo takes one. */
export function asGateway(schema: GraphQLSchema, executor: Executor): GatewayInterface {
  const listeners = new Set<Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]>();
  return {
    onSchemaLoadOrUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: async () => {
      for (const listener of listeners) listener({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        executor: ({ document, operation, request, context }) => {
          const gatewayContext = context as GatewayContext;
          return executor({
            document,
            operation,
            operationName: request.operationName,
            variables: request.variables ?? {},
            context: gatewayContext,
            isTrusted: gatewayContext.documentText !== null,
          });
        },
      };
    },
    stop: async () => undefined,
  };
}
