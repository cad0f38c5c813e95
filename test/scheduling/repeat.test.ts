import { repeat } from '../../src/scheduling/repeat.js';

/** A pause that lasts until it is told to end, or the repetition stops. */
function handPause() {
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const pause = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      waits.push({ ms, end: resolve });
      signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
    });
  return { waits, pause };
}

const fail = () => {
  throw new Error('This does not happen here.');
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a repetition', () => {
  it('goes on after a failure, at its pace with jitter', async () => {
    const { waits, pause } = handPause();
    const errors: unknown[] = [];
    let runs = 0;
    const task = async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    };
    const jitter = () => 0.25;
    const repetition = repeat(task, { paceMs: 1_000, jitter, onError: (error) => errors.push(error), pause });
    await turn();
    waits[0]?.end();
    await turn();
    expect(runs).toBe(2);
    expect(errors).toHaveLength(1);
    expect(waits.map(({ ms }) => ms)).toEqual([750, 750]);
    await repetition.stop();
    await repetition.stop();
    expect(runs).toBe(2);
  });

  it('stops when what is running has come to its end', async () => {
    const { pause } = handPause();
    let finish: () => void = fail;
    let seen: AbortSignal | null = null;
    const task = (signal: AbortSignal) => {
      seen = signal;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const repetition = repeat(task, { paceMs: 1, jitter: () => 0, onError: fail, pause });
    let hasStopped = false;
    const stopping = repetition.stop().then(() => {
      hasStopped = true;
    });
    await turn();
    expect(seen).toMatchObject({ aborted: true });
    expect(hasStopped).toBe(false);
    finish();
    await stopping;
    expect(hasStopped).toBe(true);
  });
});
