import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { OperationTypeNode, getOperationAST, parse } from 'graphql';
import type { ExecutionResult } from 'graphql';

import { eventsOf } from './events.js';

interface Sent {
  readonly token: string;
  readonly operation: FetcherParams;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/**
 * Makes the function that sends GraphiQL's operations to the gateway, with the token when there is
 * one. What is written in the header editor wins over the token. A subscription is answered as it
 * goes on, everything else once.
 */
export function createFetcher(token: string): Fetcher {
  return (written, options) => {
    const { operation, isSubscription } = asWritten(written);
    return (isSubscription ? stream : post)(token, operation, options?.headers);
  };
}

/**
 * Posts one operation and answers the parsed body, also of refusals. Throws when the answer is not
 * JSON, as it may be when a proxy answers in the place of the gateway.
 */
export async function post(
  token: string,
  operation: FetcherParams,
  headers: Sent['headers'] = {},
): Promise<ExecutionResult> {
  const response = await send('/graphql', 'application/json', { token, operation, headers });
  return jsonOf(response);
}

/** Opens a stream; yields each of its results until it is complete, or the refusal. */
async function* stream(
  token: string,
  operation: FetcherParams,
  headers: Sent['headers'] = {},
): AsyncGenerator<ExecutionResult> {
  const stop = new AbortController();
  try {
    const response = await send('/graphql/stream', 'text/event-stream', {
      ...{ token, operation, headers },
      signal: stop.signal,
    });
    if (!response.ok || response.body === null) {
      yield await jsonOf(response);
      return;
    }
    for await (const { event, data } of eventsOf(response.body)) {
      if (event === 'complete') return;
      if (event === 'next') yield JSON.parse(data) as ExecutionResult;
    }
  } finally {
    stop.abort();
  }
}

/**
 * The operation that is meant, and whether it is a subscription. GraphiQL learns the name of what was
 * just written a moment later than somebody may press the button: a name that is not in the document
 * is that of the question before.
 */
function asWritten(written: FetcherParams): { operation: FetcherParams; isSubscription: boolean } {
  try {
    const document = parse(written.query);
    const named = getOperationAST(document, written.operationName);
    const { operationName: _stale, ...unnamed } = written;
    const operation = named == null ? unnamed : written;
    return {
      operation,
      isSubscription: (named ?? getOperationAST(document))?.operation === OperationTypeNode.SUBSCRIPTION,
    };
  } catch {
    // What is no GraphQL is refused by the gateway, which says where.
    return { operation: written, isSubscription: false };
  }
}

async function send(path: string, accept: string, { token, operation, headers, signal }: Sent): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: mergeHeaders(
      { accept, 'content-type': 'application/json' },
      token ? { authorization: `Bearer ${token}` } : {},
      headers,
    ),
    body: JSON.stringify(operation),
    ...(signal && { signal }),
  });
}

async function jsonOf(response: Response): Promise<ExecutionResult> {
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    throw new Error(`The gateway answered ${response.status} and no JSON: ${text.slice(0, 200)}`);
  }
}

/** Header names are compared without case; the last of equal names wins. */
function mergeHeaders(...sources: readonly Sent['headers'][]): Headers {
  const merged = new Headers();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source)) merged.set(name, String(value));
  }
  return merged;
}
