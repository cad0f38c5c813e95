import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

const LOOK_MS = 100;
const LOOKS_MAX = 600;

/** A MariaDB of this test's own, in a folder of its own, that may be killed. */
export interface PrivateMariadb {
  /** Of an empty database. */
  readonly url: string;
  /** SIGKILL, and up again, with these settings over those of before; resolves when it answers. */
  readonly killAndRestart: (settings?: readonly string[]) => Promise<void>;
  /** Doing it twice does no harm. */
  readonly remove: () => Promise<void>;
}

const run = promisify(execFile);

export async function isMariadbInstalled(): Promise<boolean> {
  return run('mariadbd', ['--no-defaults', '--version']).then(
    () => true,
    () => false,
  );
}

/** `settings` are options of the server. */
export async function startPrivateMariadb(settings: readonly string[] = []): Promise<PrivateMariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-mariadb-'));
  const data = `--datadir=${join(folder, 'data')}`;
  const as = process.getuid?.() === 0 ? ['--user=root'] : [];
  await run('mariadb-install-db', [
    '--no-defaults',
    data,
    '--auth-root-authentication-method=normal',
    ...as,
    ...settings,
  ]);
  const port = await freePort();
  const server = `mysql://root@127.0.0.1:${port}`;
  const place = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`];
  const start = async (anew: readonly string[] = []): Promise<ChildProcess> => {
    const child = spawn(
      'mariadbd',
      ['--no-defaults', data, ...place, `--pid-file=${join(folder, 'pid')}`, ...as, ...settings, ...anew],
      {
        stdio: 'ignore',
      },
    );
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      if (await answers(server)) return child;
      await pause(LOOK_MS);
    }
    child.kill('SIGKILL');
    throw new Error('The private MariaDB does not answer.');
  };
  let child = await start();
  const connection = await createConnection(server);
  await connection.query('CREATE DATABASE torture CHARACTER SET utf8mb4');
  await connection.end();
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  const remove = async () => {
    await end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  let removing: Promise<void> | undefined;
  return {
    url: `${server}/torture`,
    killAndRestart: async (anew) => {
      await end('SIGKILL');
      child = await start(anew);
    },
    remove: () => (removing ??= remove()),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: LOOK_MS * 10 });
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
