/** What mutations answered, for an operation that may have to be executed again: it is done once all the same. */
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { defaultFieldResolver } from 'graphql';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';

import type { GatewayContext } from '../context.js';

type Resolve = GraphQLFieldResolver<unknown, GatewayContext>;

const keptOf = new WeakMap<GatewayContext, Map<string, Promise<unknown>>>();

/** While this runs, a mutation of the request that was done, or refused, answers the same when it is executed again. */
export async function keepingAnswers<Result>(context: GatewayContext, run: () => Promise<Result>): Promise<Result> {
  keptOf.set(context, new Map());
  try {
    return await run();
  } finally {
    keptOf.delete(context);
  }
}

/** The schema, whose mutations answer what they answered before while `keepingAnswers` runs. */
export function withAnswersKept(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.MUTATION_ROOT_FIELD]: (field) => ({ ...field, resolve: answering(field.resolve) }),
  });
}

function answering(resolve: Resolve = defaultFieldResolver): Resolve {
  return (parent, args, context, info) => {
    const kept = keptOf.get(context);
    if (kept === undefined) return resolve(parent, args, context, info);
    const name = info.fieldNodes[0]?.alias?.value ?? info.fieldName;
    const answer = kept.get(name) ?? (async () => resolve(parent, args, context, info))();
    kept.set(name, answer);
    return answer;
  };
}
