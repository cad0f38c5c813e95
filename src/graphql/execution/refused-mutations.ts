/**
 * Every mutation that is refused leaves an entry in the audit log: by its role, by a rule, or because it is not theirs.
 * It stands around all of them, so that a new mutation needs nothing for it. What is done is written down by the act
 * itself, in its own transaction.
 */
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';

import type { GatewayContext } from '../context.js';
import { actorFor } from '../../access/actor.js';
import { isRefusal } from '../../primitives/errors.js';
import { findRegistration } from '../../registration/registration-store.js';

type Arguments = Readonly<Record<string, unknown>>;
type Resolve = (parent?: unknown, args?: Arguments, context?: GatewayContext, info?: GraphQLResolveInfo) => unknown;

/** The schema, with an entry in the audit log for each mutation that is refused. */
export function withRefusalsRecorded(schema: GraphQLSchema): GraphQLSchema {
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  const recording = Object.fromEntries(mutations.map((mutation) => [mutation, recordingRefusals]));
  return mutations.length === 0 ? schema : applyMiddleware(schema, { Mutation: recording });
}

async function recordingRefusals(
  resolve: Resolve,
  parent: unknown,
  args: Arguments,
  context: GatewayContext,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  const answer = await Promise.resolve(resolve(parent, args, context, info)).catch((error: unknown) => error);
  const code = codeOf(answer);
  if (code !== null) await append(context, info.fieldName, code, args);
  if (answer instanceof Error) throw answer;
  return answer;
}

/** Why it was refused; null when it was not, or when something went wrong here. graphql-shield answers its errors. */
function codeOf(answer: unknown): string | null {
  if (answer instanceof Error) return isRefusal(answer) ? answer.code : null;
  const [first] = (answer as { readonly userErrors?: readonly { readonly code: string }[] } | null)?.userErrors ?? [];
  return first?.code ?? null;
}

async function append(context: GatewayContext, action: string, code: string, args: Arguments): Promise<void> {
  const { app, principal, requestId, scope } = context;
  if (principal === null) return;
  const input = (args['input'] ?? args) as Arguments;
  const named = input['registration'];
  const registration = typeof named === 'string' ? await findRegistration(app.db.reader, scope, named) : null;
  await app.refusals.record(app, actorFor(principal, requestId), {
    action,
    code,
    target: targetIn(input),
    registrationId: registration?.id ?? null,
  });
}

/** Fields of inputs that say what it is about; the others may be long, or nobody's business. */
const NAMING = [
  'registration',
  'tenantId',
  'stackSubscriptionId',
  'cspSubscriptionId',
  'meterId',
  'keyId',
  'name',
  'reseller',
];
const VALUE_LENGTH_MAX = 90;

function targetIn(input: Arguments): string {
  return NAMING.flatMap((field) => {
    const value = input[field];
    return typeof value === 'string' ? [`${field} ${value.slice(0, VALUE_LENGTH_MAX)}`] : [];
  }).join(', ');
}
