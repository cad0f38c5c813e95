/** How the gateway asks others over HTTP: one exchange that always ends, whatever the other side does. */

/** A request, and the most time and bytes that its answer may take. */
export interface HttpQuestion {
  readonly url: string | URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
  /** Of the body as it is read, which may be longer than it was sent: what is compressed is counted unpacked. */
  readonly bytesMax: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** An answer that came whole, whatever its status says. The body of a redirection is not read. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** Why there is no answer. UNREACHABLE: the connection was not made, or broke; the cause says how. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';

  constructor(
    readonly kind: 'TOO_LONG' | 'TIMED_OUT' | 'ABORTED' | 'UNREACHABLE',
    options?: ErrorOptions,
  ) {
    super(`There is no answer: ${kind}.`, options);
  }
}

/**
 * Asks once. A redirection is answered and not followed: it could carry a credential elsewhere. Throws a HttpFailure,
 * whose message holds nothing of the question or the answer.
 */
export async function exchange(question: HttpQuestion): Promise<HttpAnswer> {
  const { url, method, headers, body, timeoutMs, bytesMax, signal } = question;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    return { status: response.status, headers: response.headers, bytes: await bytesOf(response, bytesMax) };
  } catch (error) {
    if (error instanceof HttpFailure) throw error;
    if (signal?.aborted === true) throw new HttpFailure('ABORTED', { cause: error });
    throw new HttpFailure(timeout.aborted ? 'TIMED_OUT' : 'UNREACHABLE', { cause: error });
  }
}

async function bytesOf({ status, body }: Response, bytesMax: number): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (status >= 300 && status < 400) {
    await body.cancel();
    return Buffer.alloc(0);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new HttpFailure('TOO_LONG');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
