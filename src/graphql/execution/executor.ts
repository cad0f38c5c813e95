/**
 * Executes operations, in Apollo's place. What is asked again and again runs compiled, by graphql-jit; everything else
 * runs by graphql-js. Whatever a compiled operation finds fault with is asked of graphql-js again, so that errors are
 * always its own: their order, text, place and extensions. A mutation is done once all the same: what it answered is
 * kept for that. Batches of text that a mutation brings are not copied, unless something is wrong with them: then
 * nothing has run, and graphql-js says what it is.
 */
import { HeaderMap } from '@apollo/server';
import type { ApolloServerOptionsWithGateway, ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode, execute, getVariableValues } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

import { compileOperation } from './compiled-operation.js';
import type { CompiledOperation } from './compiled-operation.js';
import type { GatewayContext } from '../context.js';
import { rolesOfDocument } from '../fields/guarded-fields.js';
import { writesLeavesOut } from './input-as-sent.js';
import { keepingAnswers } from './kept-answers.js';
import { withOneErrorAField } from './one-error-a-field.js';
import type { ServedSchema } from '../schema.js';
import type { Roles } from '../../access/actions.js';
import type { ExecutionConfig } from '../../config/execution.js';
import { invariant } from '../../primitives/errors.js';

type GatewayInterface = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];
type GatewayExecutor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>;
type GatewayExecutionResult = Awaited<ReturnType<GatewayExecutor>>;

/** What operations run on. */
export interface ExecutorOptions
  extends ServedSchema, Pick<ExecutionConfig, 'executor' | 'compileAfter' | 'compiledFieldsMax'> {
  /** Errors in variables that are named. */
  readonly errorsMax: number;
}

/** One operation of a document that was validated. */
export interface Execution {
  readonly document: DocumentNode;
  /** Undefined where the name is that of no operation of the document. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GatewayContext;
  /** The caller named a trusted document. */
  readonly isTrusted: boolean;
}

/** Executes one operation after the other, and remembers what it compiled as long as the document is kept. */
export type Executor = (execution: Execution) => Promise<GatewayExecutionResult>;

/** What is remembered of a document. */
interface Known {
  timesAsked: number;
  /** The roles of each field whose rule is asked before the document runs. */
  readonly rolesOfFields: readonly Roles[];
  /** Undefined before it was tried; null when graphql-js has to execute it. */
  compiled?: CompiledOperation | null;
}

/** Makes the executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { schema, withInputAsSent, rootRuled, compiledAgainst } = options;
  const { executor, compileAfter, compiledFieldsMax, errorsMax } = options;
  // What was compiled goes when the document goes: the document store says how many are kept.
  const documents = new WeakMap<DocumentNode, Known>();
  /** Mutations, and whether what is a leaf of `withInputAsSent` comes from variables in them. */
  const fromVariables = new WeakMap<DocumentNode, boolean>();

  function knownOf(document: DocumentNode): Known {
    const rolesOfFields = () => rolesOfDocument(rootRuled.schema, rootRuled.guarded, document);
    const known = documents.get(document) ?? { timesAsked: 0, rolesOfFields: rolesOfFields() };
    documents.set(document, known);
    known.timesAsked += 1;
    return known;
  }

  /** Null where graphql-js has to execute it: for this caller, for now, or for good. */
  function compiledFor(known: Known, { document, context, isTrusted }: Execution): CompiledOperation | null {
    if (executor === 'js' || !isAskedOnce(known, context)) return null;
    if (known.compiled === undefined) {
      if (!isTrusted && known.timesAsked < compileAfter) return null;
      known.compiled = compileOperation({ schemas: compiledAgainst, fieldsMax: compiledFieldsMax }, document);
    }
    return known.compiled;
  }

  const variableErrors = (on: GraphQLSchema, operation: OperationDefinitionNode, variables: Execution['variables']) =>
    getVariableValues(on, operation.variableDefinitions ?? [], variables, {
      maxErrors: errorsMax,
      hideSuggestions: true,
    }).errors;

  const interpret = async (on: GraphQLSchema, { document, operationName, variables, context }: Execution) =>
    execute({
      schema: on,
      document,
      contextValue: context,
      variableValues: variables,
      operationName: operationName ?? undefined,
      hideSuggestions: true,
      options: { maxCoercionErrors: errorsMax },
    }) as Promise<GatewayExecutionResult>;

  async function mutate(execution: Execution, operation: OperationDefinitionNode): Promise<GatewayExecutionResult> {
    const { document } = execution;
    const isFromVariables = fromVariables.get(document) ?? !writesLeavesOut(withInputAsSent, document);
    fromVariables.set(document, isFromVariables);
    if (!isFromVariables) return interpret(schema, execution);
    const result = await mutateOnce(execution, operation);
    const hasRun = 'data' in result;
    return hasRun ? result : interpret(schema, execution);
  }

  async function mutateOnce(execution: Execution, operation: OperationDefinitionNode): Promise<GatewayExecutionResult> {
    const { context, variables } = execution;
    const compiled = compiledFor(knownOf(execution.document), execution);
    if (compiled === null || variableErrors(withInputAsSent, operation, variables) !== undefined) {
      return interpret(withInputAsSent, execution);
    }
    return keepingAnswers(context, async () => {
      const result = await attempt(() => compiled(context, variables));
      if (result === null || result.errors !== undefined) return interpret(withInputAsSent, execution);
      return result as GatewayExecutionResult;
    });
  }

  async function query(execution: Execution, operation: OperationDefinitionNode): Promise<GatewayExecutionResult> {
    const { document, variables, context } = execution;
    const known = knownOf(document);
    if (!isAskedOnce(known, context)) return interpret(schema, execution);
    const compiled = compiledFor(known, execution);
    if (compiled === null) return interpret(rootRuled.schema, execution);
    const errors = variableErrors(schema, operation, variables);
    if (errors !== undefined) return { errors };
    const result = await attempt(() => compiled(context, variables));
    if (result === null || result.errors !== undefined) return interpret(rootRuled.schema, execution);
    return result as GatewayExecutionResult;
  }

  const executed = async (execution: Execution) => {
    const { operation } = execution;
    if (operation?.operation === OperationTypeNode.QUERY) return query(execution, operation);
    if (operation?.operation === OperationTypeNode.MUTATION && executor !== 'js') return mutate(execution, operation);
    return interpret(schema, execution);
  };
  return async (execution) => withOneErrorAField(await executed(execution));
}

/**
 * Rules within rows look at the caller alone. One whom no field of an operation stops is asked for once; for all others
 * it runs where each field asks.
 */
function isAskedOnce({ rolesOfFields }: Known, { principal }: GatewayContext): boolean {
  return principal !== null && rolesOfFields.every((roles) => roles.includes(principal.role));
}

/** Null where it throws. */
async function attempt<Result>(run: () => Promise<Result> | Result): Promise<Result | null> {
  try {
    return await run();
  } catch {
    return null;
  }
}

/** The executor as Apollo takes one; it needs both. */
export interface ForApollo {
  readonly plugin: ApolloServerPlugin<GatewayContext>;
  readonly gateway: GatewayInterface;
}

/**
 * The executor for Apollo: a plugin answers what went well, and what did not is handed over by a gateway, so that
 * errors are told and formatted by Apollo alone. A gateway would do for both, but for each operation that it gives one
 * Apollo makes an object with accessors, and V8 keeps all that those close over until the next collection of the whole
 * heap: the request, its variables and its answer.
 */
export function forApollo(schema: GraphQLSchema, executor: Executor): ForApollo {
  const failed = new WeakMap<GatewayContext, ReturnType<Executor>>();
  const listeners = new Set<Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]>();
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: async () => {
      for (const listener of listeners) listener({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        executor: async ({ context }) => {
          const execution = failed.get(context as GatewayContext);
          invariant(execution !== undefined, 'Apollo executes what the plugin has executed before.');
          return execution;
        },
      };
    },
    stop: async () => undefined,
  };
  const plugin: ApolloServerPlugin<GatewayContext> = {
    requestDidStart: async () => ({
      responseForOperation: async ({ document, operation, request, contextValue }) => {
        const execution = executor({
          document,
          operation,
          operationName: request.operationName,
          variables: request.variables ?? {},
          context: contextValue,
          isTrusted: contextValue.documentText !== null,
        });
        const result = await attempt(() => execution);
        if (result?.data != null && result.errors === undefined) {
          return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data: result.data } } };
        }
        failed.set(contextValue, execution);
        return null;
      },
    }),
  };
  return { plugin, gateway };
}
