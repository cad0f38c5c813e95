import { mayRead } from './access-table.js';
import type { GatewayContext } from '../context.js';
import { DomainError } from '../../primitives/errors.js';

/**
 * Refuses an argument that asks about a field which the caller may not read: what one may not see, one may not find out
 * by filtering for it either.
 */
export function checkMayAsk(
  { principal }: GatewayContext,
  about: { readonly type: string; readonly field: string; readonly argument: readonly string[] },
): void {
  if (mayRead(principal?.role, about.type, about.field)) return;
  throw new DomainError(
    'FORBIDDEN',
    `Your role does not see ${about.type}.${about.field}, and may not ask by it.`,
    about.argument,
  );
}
