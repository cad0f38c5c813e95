import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '../../src/bin/command-line.js';

/** The command line as it is built, and run by people; `before-all.js` brings it up to date. */
export const PROGRAM = builtProgram('src', 'bin', 'usage-gateway.js');
/** No command of the tests runs longer; one that does is stopped, and the test fails. */
const RUN_MS_MAX = 45_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Resolves when standard output holds the text; rejects when the command ends before. */
  readonly said: (text: string | RegExp) => Promise<RegExpMatchArray>;
  /** The same of standard error. */
  readonly complained: (text: string | RegExp) => Promise<RegExpMatchArray>;
  readonly signal: (signal: 'SIGINT' | 'SIGTERM') => void;
  readonly ended: Promise<Ended>;
}

/** A data folder of its own, and the command line in it. `clean` stops what still runs, by its process id. */
export interface CommandLine {
  readonly folder: string;
  /** Runs a command within this process: the start of another takes most of a second. One at a time. */
  readonly run: (args: readonly string[], options?: HereOptions) => Promise<Ended>;
  /** Starts the built command line, or another program that was built, as a process of its own. */
  readonly start: (args: readonly string[], options?: Options) => Running;
  readonly clean: () => Promise<void>;
}

interface HereOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether standard error is a terminal, and who is told what is written there so far. */
  readonly terminal?: (text: string) => void;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** What `builtProgram` answers, instead of the command line. */
  readonly program?: string;
  /** Nobody reads what it says on standard output. */
  readonly isUnread?: boolean;
}

/** The file of a program that is built, by the path of its source. */
export function builtProgram(...path: readonly string[]): string {
  return join(import.meta.dirname, '..', '..', 'dist', ...path);
}

export function commandLine(): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-cli-'));
  const children = new Map<ChildProcessWithoutNullStreams, Promise<Ended>>();
  // Nothing of the environment in which the tests run may decide.
  const ours = { PATH: process.env['PATH'], DATA_FOLDER: join(folder, 'data'), LOG_LEVEL: 'silent', PORT: '0' };
  const start = (args: readonly string[], { env = {}, input, program = PROGRAM, isUnread }: Options = {}): Running => {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...ours, ...env } });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    if (isUnread) child.stdout.destroy();
    const running = follow(child);
    children.set(child, running.ended);
    return running;
  };
  return {
    folder,
    start,
    run: (args, { env = {}, terminal } = {}) => runHere(args, { ...ours, ...env }, terminal),
    clean: async () => {
      for (const [child, ended] of children) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Commands read the environment, write to the two streams and set the exit code: all of it is put back. */
async function runHere(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal?: (text: string) => void,
): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  const to = (stream: 'stdout' | 'stderr', end: string) => (text: string) => {
    texts[stream] += text + end;
    if (stream === 'stderr') terminal?.(texts.stderr);
    return true;
  };
  const restores = [
    replace(process, { env, exitCode: 0 }),
    replace(console, { log: to('stdout', '\n'), error: to('stderr', '\n') }),
    replace(process.stdout, { write: to('stdout', '') }),
    replace(process.stderr, { write: to('stderr', ''), isTTY: terminal !== undefined }),
  ];
  try {
    return { code: await run(['node', 'usage-gateway', ...args]), ...texts };
  } finally {
    restores.forEach((restore) => restore());
  }
}

function replace<Target extends object>(target: Target, parts: Partial<Target>): () => void {
  const before = Object.fromEntries(Object.keys(parts).map((key) => [key, Reflect.get(target, key)]));
  Object.assign(target, parts);
  return () => void Object.assign(target, before);
}

function follow(child: ChildProcessWithoutNullStreams): Running {
  const texts = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
      listeners.forEach((listener) => listener());
    });
  }
  const tooLong = setTimeout(() => child.kill('SIGKILL'), RUN_MS_MAX);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(tooLong);
      resolve({ code, ...texts });
    });
  });
  const waitFor = (stream: 'stdout' | 'stderr') => (text: string | RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = texts[stream].match(text);
        if (match === null) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`It ended before it said ${String(text)}: ${JSON.stringify(texts)}`)));
    });
  return {
    said: waitFor('stdout'),
    complained: waitFor('stderr'),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

/** Opens the books of a registration as they are, by the commands that people take. */
export async function openByCommand(cli: CommandLine, registration: string, options: Pick<Options, 'env'> = {}) {
  const { stdout } = await cli.run(['books', 'preview', registration], options);
  const digest = stdout.trimEnd().split('\n').at(-1) ?? '';
  return cli.run(['books', 'open', registration, '--expect', digest, '--even-if-empty'], options);
}
