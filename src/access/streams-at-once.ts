import { callerNameOf } from './principal.js';
import type { Caller, Role } from './principal.js';
import { createRequestsAtOnce } from './requests-at-once.js';
import { RateLimited } from '../primitives/errors.js';

/** Counts the streams that are open in this process. */
export interface StreamsAtOnce {
  /** Counts one in, and answers what counts it out. Throws RATE_LIMITED. */
  enterFor(caller: Caller): () => void;
  /** How many are open for the caller of this name. */
  running(caller: string): number;
}

/** Roles of customers and of who sells to them. All others are the provider's. */
const CUSTOMERS: ReadonlySet<Role> = new Set(['TENANT_USER', 'RESELLER']);

/**
 * So many streams of a caller, and so many of all. A customer has a share, however many callers it has: each tenant and
 * reseller that a grant names counts. Some are kept for the provider, whatever customers do.
 */
export function createStreamsAtOnce(limits: {
  readonly streamsAtOnceMax: number;
  readonly streamsPerCustomerMax: number;
  readonly streamsForProvider: number;
  readonly streamsMax: number;
}): StreamsAtOnce {
  const { streamsAtOnceMax, streamsPerCustomerMax, streamsForProvider, streamsMax } = limits;
  const byCaller = createRequestsAtOnce(streamsAtOnceMax, streamsMax, 'streams');
  const ofCustomer = createRequestsAtOnce(streamsPerCustomerMax, Infinity, 'streams of your organisation');
  let ofCustomers = 0;

  function enterAsCustomer(caller: Caller): () => void {
    const max = Math.max(0, streamsMax - streamsForProvider);
    if (ofCustomers >= max) throw new RateLimited('No more streams run here at once. Try again later.', 1);
    const leaves: (() => void)[] = [];
    try {
      for (const customer of customersOf(caller)) leaves.push(ofCustomer.enter(customer));
    } catch (error) {
      leaves.forEach((leave) => leave());
      throw error;
    }
    ofCustomers += 1;
    return () => {
      ofCustomers -= 1;
      leaves.forEach((leave) => leave());
    };
  }

  return {
    running: (caller) => byCaller.running(caller),
    enterFor: (caller) => {
      const leaveCaller = byCaller.enter(callerNameOf(caller));
      let leaveCustomer: () => void = () => undefined;
      try {
        if (CUSTOMERS.has(caller.role)) leaveCustomer = enterAsCustomer(caller);
      } catch (error) {
        leaveCaller();
        throw error;
      }
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        leaveCaller();
        leaveCustomer();
      };
    },
  };
}

/** The tenants and resellers that a grant names, each once. */
function customersOf({ tenants, resellers }: Caller): ReadonlySet<string> {
  const named = (kind: string, names: Caller['tenants']) =>
    names === 'all' ? [] : names.map((name) => `${kind} ${name.toLowerCase()}`);
  return new Set([...named('tenant', tenants), ...named('reseller', resellers)]);
}
