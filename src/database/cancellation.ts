/**
 * What a request may take of the database is bounded. On MySQL the statement that runs when the time is over is
 * cancelled on the server. SQLite runs inside this process and cannot be interrupted: there the time is looked at
 * between statements, and each statement is bounded by what it may read.
 */
import { createConnection } from 'mysql2/promise';
import type { QueryRunner } from 'typeorm';

import { timedOut } from '../primitives/deadline.js';
import type { Deadline } from '../primitives/deadline.js';

/** How long work on a connection may take. */
export interface Bound {
  /** Throws TIMEOUT once it is over. */
  readonly check: () => void;
  /** Runs work that uses the connection of a runner, and ends it early when its time is over. */
  run<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T>;
}

/** Work that may take as long as it takes. */
export const unbounded: Bound = { check: () => undefined, run: (_runner, work) => work() };

/** On SQLite: no work begins after its time. Each statement checks the deadline itself. */
export function boundedOnSqlite({ check }: Deadline): Bound {
  return {
    check,
    run: async (_runner, work) => {
      check();
      return work();
    },
  };
}

/**
 * On MySQL: `KILL QUERY` for the connection's statement, sent over a connection of its own, because the pool may be
 * busy with the very statements that take too long.
 */
export function boundedOnMysql(deadline: Deadline, url: string, connectTimeout: number): Bound {
  return {
    check: deadline.check,
    run: async (runner, work) => {
      const { threadId } = await connectionOf(runner, deadline);
      let cancelling: Promise<void> | undefined;
      const cancel = () => {
        cancelling = killQuery(url, connectTimeout, threadId).catch(() => undefined);
      };
      const stopListening = deadline.onOver(cancel);
      try {
        const result = await work();
        deadline.check();
        return result;
      } catch (error) {
        throw deadline.isOver() ? timedOut() : error;
      } finally {
        stopListening();
        if (cancelling !== undefined) {
          await cancelling;
          // Servers differ in what a kill does that arrives between two statements: it must not hit the next one, which
          // may be a rollback, or somebody else's.
          await runner.query('DO 0').catch(() => undefined);
        }
      }
    },
  };
}

/** A connection from the pool, unless the time is over before one is free; the one that comes later is given back. */
async function connectionOf(runner: QueryRunner, deadline: Deadline): Promise<{ readonly threadId: number }> {
  deadline.check();
  let stopListening = (): void => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    stopListening = deadline.onOver(() => reject(timedOut()));
  });
  const connecting = runner.connect() as Promise<{ readonly threadId: number; readonly release: () => void }>;
  try {
    return await Promise.race([connecting, over]);
  } catch (error) {
    void connecting.then(
      (connection) => {
        if (runner.isReleased) connection.release();
      },
      () => undefined,
    );
    throw error;
  } finally {
    stopListening();
  }
}

async function killQuery(uri: string, connectTimeout: number, threadId: number): Promise<void> {
  const connection = await createConnection({ uri, connectTimeout });
  try {
    await connection.query(`KILL QUERY ${threadId}`);
  } finally {
    await connection.end();
  }
}
