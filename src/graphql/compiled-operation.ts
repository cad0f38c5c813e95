/** Which operations may be compiled, and the compiled form of each. */
import { Kind, OperationTypeNode, getOperationAST, visit } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

import type { GatewayContext } from './context.js';
import { sizeOfOperation } from './limits.js';

/** A query as a function: answers like `execute`, but for its errors, which only tell that there are any. */
export type CompiledOperation = (
  context: GatewayContext,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult> | ExecutionResult;

/** What operations are compiled against. */
export interface CompilerOptions {
  /** With rules on its root fields alone: whoever runs what is compiled has asked the others before. */
  readonly schema: GraphQLSchema;
  readonly fieldsMax: number;
}

/**
 * Compiles the one operation of a document. Null for what graphql-js executes: mutations, what reads the schema, a
 * document with several operations, one that is too large, and what cannot be compiled.
 */
export function compileOperation(options: CompilerOptions, document: DocumentNode): CompiledOperation | null {
  const operation = getOperationAST(document);
  if (operation?.operation !== OperationTypeNode.QUERY) return null;
  if (sizeOfOperation(document, operation).selections > options.fieldsMax) return null;
  if (readsSchema(document)) return null;
  // Errors of the compiled form are never shown, so they need no stack.
  const compiled = compileQuery(options.schema, document, undefined, { disablingCapturingStackErrors: true });
  if (!isCompiledQuery(compiled)) return null;
  return (context, variables) => compiled.query(undefined, context, variables);
}

function readsSchema(document: DocumentNode): boolean {
  const names: string[] = [];
  visit(document, { [Kind.FIELD]: ({ name }) => void names.push(name.value) });
  return names.some((name) => name === '__schema' || name === '__type');
}
