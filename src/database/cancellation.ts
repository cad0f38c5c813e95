/**
 * What a request may take of the database is bounded. On MySQL the statement that runs when the time is over is
 * cancelled on the server. SQLite runs inside this process and cannot be interrupted: there the time is looked at
 * between statements, and each statement is bounded by what it may read.
 */
import type { Socket } from 'node:net';
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
  /** Commits or rolls back. No deadline ends that; a server that never answers does. */
  end(runner: QueryRunner, work: () => Promise<void>): Promise<void>;
}

/**
 * For how many milliseconds a server of MySQL may be silent before its connection is given up as lost. A network that
 * swallows everything tells nobody, and whoever waits on it would wait for ever.
 */
export interface Patience {
  /** Until a new connection can be used. */
  readonly connectMs: number;
  /** After its statement was cancelled. */
  readonly cancelledMs: number;
  /** While it commits or rolls back. */
  readonly endMs: number;
  /** While it works for somebody who has no deadline. A question about all books may take long. */
  readonly workMs: number;
}

export const PATIENCE: Patience = { connectMs: 10_000, cancelledMs: 3_000, endMs: 30_000, workMs: 3_600_000 };

/** On SQLite, work that may take as long as it takes. */
export const unbounded: Bound = {
  check: () => undefined,
  run: (_runner, work) => work(),
  end: (_runner, work) => work(),
};

/** On SQLite: no work begins after its time. Each statement checks the deadline itself. */
export function boundedOnSqlite({ check }: Deadline): Bound {
  return {
    ...unbounded,
    check,
    run: async (_runner, work) => {
      check();
      return work();
    },
  };
}

/** On MySQL, work that may take as long as it takes, as long as the server is there. */
export function unboundedOnMysql({ workMs, endMs }: Patience): Bound {
  return {
    check: () => undefined,
    run: (runner, work) => unlessSilent(runner, workMs, work),
    end: (runner, work) => unlessSilent(runner, endMs, work),
  };
}

/**
 * On MySQL: `KILL QUERY` for the connection's statement, sent over a connection of its own, because the pool may be
 * busy with the very statements that take too long. Where that brings no answer either, the connection is given up.
 */
export function boundedOnMysql(deadline: Deadline, server: MysqlServer): Bound {
  const { cancelledMs, endMs } = server.patience;
  return {
    check: deadline.check,
    end: (runner, work) => unlessSilent(runner, endMs, work),
    run: async (runner, work) => {
      const connection = await connectionOf(runner, deadline);
      let cancelling: Promise<void> | undefined;
      let givingUp: NodeJS.Timeout | undefined;
      const cancel = () => {
        cancelling = killQuery(server, connection.threadId).catch(() => undefined);
        givingUp = setTimeout(() => giveUp(connection), cancelledMs);
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
          clearTimeout(givingUp);
        }
      }
    },
  };
}

/** How to reach a server to cancel what runs there. */
export interface MysqlServer {
  readonly url: string;
  readonly patience: Patience;
}

/** What we use of a connection of the driver. */
interface Connection {
  readonly threadId: number;
  readonly stream: Socket;
  readonly release: () => void;
}

/** A connection as the driver's promises hold it. */
interface Wrapped {
  readonly connection: Pick<Connection, 'stream'>;
}

/** Runs work on the connection of a runner; all of it fails when the server says nothing for so long. */
async function unlessSilent<T>(runner: QueryRunner, milliseconds: number, work: () => Promise<T>): Promise<T> {
  const connection = (await runner.connect()) as Connection;
  const tooLong = () => giveUp(connection);
  connection.stream.setTimeout(milliseconds, tooLong);
  try {
    return await work();
  } finally {
    connection.stream.setTimeout(0, tooLong);
  }
}

/** Whatever waits for the connection fails, and the pool opens another. */
function giveUp({ stream }: Pick<Connection, 'stream'>): void {
  const lost = new Error('The database server has been silent for too long.');
  stream.destroy(Object.assign(lost, { code: 'PROTOCOL_CONNECTION_LOST' }));
}

/** A connection from the pool, unless the time is over before one is free; the one that comes later is given back. */
async function connectionOf(runner: QueryRunner, deadline: Deadline): Promise<Connection> {
  deadline.check();
  let stopListening = (): void => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    stopListening = deadline.onOver(() => reject(timedOut()));
  });
  const connecting = runner.connect() as Promise<Connection>;
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

/** Ends in time, whatever the server does. */
async function killQuery({ url, patience }: MysqlServer, threadId: number): Promise<void> {
  const milliseconds = Math.min(patience.connectMs, patience.cancelledMs);
  const connection = await createConnection({ uri: url, connectTimeout: milliseconds });
  const tooLong = setTimeout(() => giveUp((connection as unknown as Wrapped).connection), milliseconds);
  try {
    await connection.query(`KILL QUERY ${Number(threadId)}`);
    await connection.end();
  } finally {
    clearTimeout(tooLong);
    connection.destroy();
  }
}
