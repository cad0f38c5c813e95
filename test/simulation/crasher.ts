/** Thrown by a statement that was not to be reached. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Lets the process die before one of the next statements, and remembers where that was. */
export class Crasher {
  /** What is going on; null while it cannot die. */
  #act: string | null = null;
  #left = 0;
  #passed = 0;
  /** Statements of each act that it could die before, and those that it did die before. */
  readonly reached = new Set<string>();
  readonly died = new Set<string>();

  /** To be called with each statement. */
  readonly onStatement = (statement: string): void => {
    if (this.#act === null) return;
    const point = `${this.#act}: ${statement.replaceAll(/\s+/g, ' ').replaceAll(/(\?, )+\?|\d+(, \d+)*/g, '…')}`;
    this.reached.add(point);
    this.#passed += 1;
    this.#left -= 1;
    if (this.#left >= 0) return;
    this.died.add(point);
    throw new Crash('killed');
  };

  /** Runs an act that dies before its statement of this number, counted from 0. Answers how many it came past. */
  async during(act: string, left: number, work: () => Promise<void>): Promise<number> {
    [this.#act, this.#left, this.#passed] = [act, left, 0];
    try {
      await work();
      // Somebody may have caught it; a process that has died says nothing.
      if (this.#left < 0) throw new Crash('killed');
    } finally {
      this.#act = null;
    }
    return this.#passed;
  }

  /** What an act does to see what it came to is no part of it. */
  async aside<Result>(work: () => Promise<Result>): Promise<Result> {
    const act = this.#act;
    this.#act = null;
    try {
      return await work();
    } finally {
      this.#act = act;
    }
  }
}
