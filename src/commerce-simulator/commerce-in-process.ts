import type { CommerceBooks } from './commerce-books.js';
import { CommerceError, batchText } from '../pipeline/reporting/commerce-client.js';
import type { CommerceAnswer, CommerceClient } from '../pipeline/reporting/commerce-client.js';

/** What can be made to go wrong, once each. */
export const FAULTS = ['FAIL', 'REFUSE', 'TIME_OUT_BEFORE', 'TIME_OUT_AFTER', 'TAKE_TWICE', 'UNAUTHORIZED'] as const;
export type Fault = (typeof FAULTS)[number];

/** The receiver without a network between: `faults` says, batch by batch, what goes wrong. */
export function commerceInProcess(books: CommerceBooks, faults: () => Fault | null = () => null): CommerceClient {
  return {
    name: 'in-process',
    isSimulator: true,
    send: async (batch) => {
      const text = batchText(batch);
      const take = (): CommerceAnswer => {
        const answer = books.take(batch, text);
        if (answer !== 'KEY_REUSED') return answer;
        throw new CommerceError('RequestRefused', 'Another batch came under this key.');
      };
      switch (faults()) {
        case 'FAIL':
          throw new CommerceError('NetworkError', 'The receiver failed.');
        case 'REFUSE':
          throw new CommerceError('RequestRefused', 'The receiver will not have it.');
        case 'UNAUTHORIZED':
          throw new CommerceError('Unauthorized', 'The receiver does not know us.');
        case 'TIME_OUT_BEFORE':
          throw new CommerceError('RequestTimedOut', 'No answer, and nothing was taken.');
        case 'TIME_OUT_AFTER':
          take();
          throw new CommerceError('RequestTimedOut', 'No answer, though it was taken.');
        case 'TAKE_TWICE':
          take();
          return take();
        case null:
          return take();
      }
    },
    totals: (cloudId) => Promise.resolve(books.totals(cloudId)),
  };
}
