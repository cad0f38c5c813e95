import type { Caller, CredentialKind } from './principal.js';
import type { Role } from './principal.js';
import type { Scope } from './scope.js';

/** Who changes something, as the audit log writes it down. */
export interface Actor {
  readonly subject: string;
  /** Null for what the gateway or the person at its machine does: they need no role. */
  readonly role: Role | null;
  readonly credential: CredentialKind | 'COMMAND_LINE' | 'SYSTEM';
  readonly requestId: string | null;
  /** Given when the caller wants the change once, however often it is asked for. */
  readonly once: Once | null;
}

/** A change that is wanted once: its key, a digest of what was asked, and how long the answer is kept. */
export interface Once {
  readonly key: string;
  readonly inputHash: string;
  readonly keepMs: number;
  /** Whose rows the caller may see now: an answer that is kept is given to whoever may still see what it is about. */
  readonly scope: Scope;
  /** Digest of the role and the limits of the caller. */
  readonly grantHash: string;
}

/** A name alone is the gateway's own work: a collector, the demo, a test. */
export type By = string | Actor;

/** The person at the machine. */
export const COMMAND_LINE: Actor = {
  subject: 'command line',
  role: null,
  credential: 'COMMAND_LINE',
  requestId: null,
  once: null,
};

/** Who an entry of the audit log names: a caller as it is, or a part of the gateway by its name. */
export function actorOf(by: By): Actor {
  if (typeof by !== 'string') return by;
  return { subject: by, role: null, credential: 'SYSTEM', requestId: null, once: null };
}

/** The name alone, for rows that say who made them. */
export function subjectOf(by: By): string {
  return typeof by === 'string' ? by : by.subject;
}

/** A caller of the API as the audit log names it, in this request; `once` where the change is wanted once. */
export function actorFor(caller: Caller, requestId: string | null, once: Once | null = null): Actor {
  const { subject, role, credential } = caller;
  return { subject, role, credential, requestId, once };
}
