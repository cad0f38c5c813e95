import type { Credentials } from './credentials.js';
import type { Caller } from './principal.js';
import { DomainError } from '../primitives/errors.js';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Who sends this request, by its Authorization header. Throws UNAUTHENTICATED. */
export async function authenticate(
  credentials: Pick<Credentials, 'verify'>,
  authorization: string | undefined,
): Promise<Caller> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new DomainError('UNAUTHENTICATED', 'Send a token or an API key: Authorization: Bearer <token>.');
  }
  return credentials.verify(token);
}
