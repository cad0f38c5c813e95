import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';

import type { FastClock } from './fast-clock.js';
import { PROGRAM } from '../support/command.js';

const GATEWAY = join(import.meta.dirname, 'gateway-process.mjs');
const BUILT = join(dirname(PROGRAM), '..', '..');
const START_MS_MAX = 60_000;
const COMPLAINT_LENGTH_MAX = 2_000;

type Environment = Readonly<Record<string, string>>;

/** A process that is started again whenever it ends, until it is stopped. */
export interface Child {
  /** Where it listens; null while it does not. */
  readonly url: () => string | null;
  /** SIGKILL; answers whether there was somebody to kill who listened. */
  readonly kill: () => boolean;
  /** Resolves when it listens. */
  readonly ready: () => Promise<void>;
  /** SIGTERM, and waits; answers the exit code. */
  readonly stop: () => Promise<number | null>;
  /** Ends it at once, however it is. */
  readonly end: () => Promise<void>;
  /** The last that it wrote to standard error. */
  readonly complaints: () => string;
}

/** A gateway that serves, closes and reports, on a clock that may lag behind that of the others. */
export function startGateway(clock: FastClock, env: Environment): Child {
  return startChild([GATEWAY, BUILT, JSON.stringify(clock)], env, /^ready (\S+)$/m);
}

/** The made-up receiver of reports, which nobody kills. */
export function startReceiver(secret: string, file: string): Child {
  const args = [PROGRAM, 'fake-commerce', '--port', '0', '--secret', secret, '--file', file];
  return startChild(args, {}, /listens at (\S+)\. /);
}

function startChild(args: readonly string[], env: Environment, listening: RegExp): Child {
  let isStopped = false;
  let url: string | null = null;
  let complaints = '';
  let child = start();
  let ended = endOf(child);
  const waiting = new Set<() => void>();

  function start(): ChildProcess {
    let said = '';
    const started = spawn(process.execPath, [...args], { env: { PATH: process.env['PATH'], ...env } });
    started.stderr.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString()).slice(-COMPLAINT_LENGTH_MAX);
    });
    started.stdout.on('data', (chunk: Buffer) => {
      if (url !== null) return;
      said += chunk.toString();
      url = listening.exec(said)?.[1] ?? null;
      if (url !== null) waiting.forEach((resolve) => resolve());
    });
    return started;
  }

  function endOf(process: ChildProcess): Promise<number | null> {
    return new Promise((resolve) => {
      process.on('exit', (code) => {
        url = null;
        if (isStopped) resolve(code);
        else {
          child = start();
          ended = endOf(child);
          void ended.then(resolve);
        }
      });
    });
  }

  const endWith = (signal: NodeJS.Signals) => {
    isStopped = true;
    child.kill(signal);
    return ended;
  };
  return {
    url: () => url,
    kill: () => url !== null && child.kill('SIGKILL'),
    ready: () =>
      new Promise((resolve, reject) => {
        if (url !== null) resolve();
        else {
          const tooLong = setTimeout(() => reject(new Error(`It does not listen: ${complaints}`)), START_MS_MAX);
          waiting.add(() => {
            clearTimeout(tooLong);
            resolve();
          });
        }
      }),
    stop: () => endWith('SIGTERM'),
    end: async () => {
      await endWith('SIGKILL');
    },
    complaints: () => complaints,
  };
}
