import { setImmediate as aTurn } from 'node:timers/promises';

import { inTurn, sharedTurns } from '../../src/database/turns.js';

describe('turns of those who write on SQLite', () => {
  it('come one at a time, in the order of coming, whichever thread it is', async () => {
    const shared = sharedTurns();
    const [one, other] = [inTurn({ shared, gives: true }), inTurn({ shared, gives: true })];
    const story: string[] = [];
    const works = ['first', 'second', 'third'].map((name) => slowWork(name, story));
    const [first, second, third] = works as [Work, Work, Work];
    const all = [one(first.run), other(second.run), one(third.run)];
    await someTurns();
    expect(story).toEqual(['first begins']);
    first.finish();
    await all[0];
    await someTurns();
    expect(story).toEqual(['first begins', 'first ends', 'second begins']);
    const late = slowWork('late', story);
    all.push(other(late.run));
    for (const work of [second, third, late]) work.finish();
    await Promise.all(all);
    expect(story.slice(3).filter((line) => line.endsWith('begins'))).toEqual(['third begins', 'late begins']);
    expect(story.filter((_, index) => index % 2 === 1).every((line) => line.endsWith('ends'))).toBe(true);
  });

  it('are given to those who give none', async () => {
    const shared = sharedTurns();
    const [answers, takesIn] = [inTurn({ shared, gives: false }), inTurn({ shared, gives: true })];
    const story: string[] = [];
    const [change, batch] = [slowWork('change', story), slowWork('batch', story)];
    const both = [answers(change.run), takesIn(batch.run)];
    batch.finish();
    await someTurns();
    expect(story).toEqual(['change begins']);
    change.finish();
    await Promise.all(both);
    expect(story).toEqual(['change begins', 'change ends', 'batch begins', 'batch ends']);
  });

  it('go on after work that failed, and after a thread that died at its work', async () => {
    const shared = sharedTurns();
    const [one, dead, other] = [1, 2, 3].map(() => inTurn({ shared, gives: true })) as [Turn, Turn, Turn];
    await expect(one(() => Promise.reject(new Error('The disk is full.')))).rejects.toThrow('The disk is full.');
    void dead(() => new Promise(() => undefined));
    expect(await other(async () => 'written')).toBe('written');
    expect(await one(async () => 'and again')).toBe('and again');
  });
});

type Turn = ReturnType<typeof inTurn>;
type Work = ReturnType<typeof slowWork>;

/** Work that says when it begins and ends, and lasts until it is told to finish. */
function slowWork(name: string, story: string[]) {
  const { promise: finished, resolve: finish } = withResolvers();
  return {
    finish,
    run: async () => {
      story.push(`${name} begins`);
      await finished;
      story.push(`${name} ends`);
    },
  };
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** As many turns of the event loop as anything that could begin would need. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await aTurn();
}
