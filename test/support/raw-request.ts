import { connect } from 'node:net';
import type { InjectOptions } from 'fastify';

import type { TestGateway, Who } from './gateway.js';

/** An answer as it came, with the codes of its errors. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
  /** Codes of the errors, in order; GraphQL answers and others alike. */
  readonly codes: readonly string[];
}

/** Sends what a client library would not. The caller is an operator unless another is named; null sends no token. */
export async function send(
  gateway: TestGateway,
  options: Omit<InjectOptions, 'headers'> & { readonly headers?: Record<string, string>; readonly who?: Who | null },
): Promise<RawAnswer> {
  const { who = 'OPERATOR', headers = {}, ...rest } = options;
  const authorization = who === null ? {} : { authorization: `Bearer ${await gateway.token(who)}` };
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/graphql',
    ...rest,
    headers: { ...authorization, accept: 'application/graphql-response+json', ...headers },
  });
  const body = parsed(response.body);
  return { status: response.statusCode, headers: response.headers, text: response.body, body, codes: codesOf(body) };
}

/** One GraphQL operation, as `send` sends it. */
export function sendQuery(
  gateway: TestGateway,
  query: string,
  parts: { readonly variables?: object; readonly operationName?: string; readonly who?: Who | null } = {},
): Promise<RawAnswer> {
  const { who, ...rest } = parts;
  return send(gateway, { payload: { query, ...rest }, ...(who !== undefined && { who }) });
}

/**
 * Writes to a socket of this machine and answers what came back until the other side closed it, or enough time went by.
 * `slowly` writes one byte at a time.
 */
export async function exchange(
  port: number,
  bytes: string | Buffer,
  {
    slowly = false,
    msMax = 10_000,
    from = '127.0.0.1',
  }: { readonly slowly?: boolean; readonly msMax?: number; readonly from?: string } = {},
): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  let received = '';
  let at = 0;
  const trickle = slowly ? setInterval(() => socket.write(Buffer.from(bytes).subarray(at, (at += 1))), 100) : undefined;
  const tooLong = setTimeout(() => socket.destroy(), msMax);
  try {
    if (!slowly) socket.write(bytes);
    await new Promise<void>((resolve) => {
      socket.on('data', (data) => (received += data.toString('latin1')));
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
    });
    return received;
  } finally {
    clearInterval(trickle);
    clearTimeout(tooLong);
    socket.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function codesOf(body: unknown): readonly string[] {
  const { errors = [], error } = (body ?? {}) as {
    readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
    readonly error?: { readonly code?: string };
  };
  const codes = error?.code === undefined ? [] : [error.code];
  return [...codes, ...errors.map(({ extensions }) => extensions?.code ?? 'no code')];
}
