import { REPORT_STATES, afterAnswer, afterFailure, mayMove } from '../../../src/pipeline/reporting/report-state.js';

const DAY = 86_400_000;
const failure = { code: 'NetworkError', attempts: 1, createdAt: 0, now: 1_000, jitter: 1 } as const;

describe('the state of a report', () => {
  it('never leaves ACCEPTED: the receiver counts its lines', () => {
    expect(REPORT_STATES.filter((to) => mayMove('ACCEPTED', to))).toEqual([]);
  });

  it('is not settled without having been sent', () => {
    expect(REPORT_STATES.filter((to) => mayMove('PENDING', to))).toEqual(['SENDING']);
  });

  it('waits twice as long after each failure, an hour at most', () => {
    const waits = [1, 2, 3, 8, 1_000].map((attempts) => afterFailure({ ...failure, attempts }).dueAt - failure.now);
    expect(waits).toEqual([30_000, 60_000, 120_000, 3_600_000, 3_600_000]);
    expect(afterFailure({ ...failure, jitter: 0 }).dueAt - failure.now).toBe(15_000);
  });

  it('is given up at once when the receiver will not have it, and else after the 30 days in which it must report', () => {
    expect(afterFailure({ ...failure, code: 'RequestRefused' }).state).toBe('GIVEN_UP');
    expect(afterFailure({ ...failure, now: 30 * DAY - 1 }).state).toBe('PENDING');
    expect(afterFailure({ ...failure, now: 30 * DAY }).state).toBe('GIVEN_UP');
  });

  it('is accepted when no line was rejected, duplicates included', () => {
    expect(afterAnswer([{ status: 'ACCEPTED' }, { status: 'DUPLICATE' }])).toBe('ACCEPTED');
    expect(afterAnswer([{ status: 'ACCEPTED' }, { status: 'REJECTED' }])).toBe('REFUSED');
  });
});
