import type { LocalTokens } from '../access/local-tokens.js';
import type { Principal } from '../access/principal.js';
import { DomainError } from '../primitives/errors.js';

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Who sends this request, by its Authorization header. Throws UNAUTHENTICATED. */
export async function authenticate(tokens: LocalTokens, authorization: string | undefined): Promise<Principal> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw new DomainError('UNAUTHENTICATED', 'Send a token: Authorization: Bearer <token>.');
  }
  return tokens.verify(token);
}
