/** Pages, small questions and summaries: the gateway, a handler written by hand, and other GraphQL servers. */
import { isDeepStrictEqual } from 'node:util';

import type { BenchServer } from './bench-database.js';
import type { BenchRun } from './bench-run.js';
import { loadOn, startContestant } from './contestant.js';
import type { Contestant, LoadOptions, LoadResult, ProgramName, Request } from './contestant.js';
import { median } from './median.js';
import { QUESTIONS, ROWS_EXPECTED, rowsIn } from './questions.js';
import type { QuestionName } from './questions.js';
import { apiKeyOn, fillReadingBooks } from './reading-books.js';
import type { Series } from './series.js';

const MACHINES = 24;
const CONNECTIONS = { page: 8, small: 32, summary: 8 } as const;
/** Who takes a second for a page is asked by one caller, and all of them for long enough to answer some. */
const SLOW_ON_PAGES: Readonly<
  Partial<Record<ProgramName, { readonly connections: number; readonly seconds: number }>>
> = {
  naive: { connections: 1, seconds: 4 },
  'naive with loaders': { connections: CONNECTIONS.page, seconds: 3 },
};
/** The first is what the others are measured against. */
const SERVERS_OF_GRAPHQL: readonly ProgramName[] = [
  'bare',
  'gateway',
  'mercurius with JIT',
  'mercurius',
  'yoga with JIT',
  'yoga',
];
/** Whom the targets are about. */
const WITH_TARGETS: Readonly<Partial<Record<QuestionName, readonly ProgramName[]>>> = {
  page: ['bare', 'gateway', 'mercurius with JIT', 'yoga with JIT', 'naive'],
  small: ['bare', 'gateway'],
};
const CONTESTS: Readonly<Record<QuestionName, readonly ProgramName[]>> = {
  page: [...SERVERS_OF_GRAPHQL, 'naive with loaders', 'naive'],
  small: [...SERVERS_OF_GRAPHQL, 'naive'],
  'tenant by meter and day': ['bare', 'gateway'],
  'all tenants by meter': ['bare', 'gateway'],
  'per CSP subscription': ['bare', 'gateway'],
};

/** Asks these questions of everybody on every database of the run, rounds interleaved. */
export async function queryContests(run: BenchRun, names: readonly QuestionName[]): Promise<Series[]> {
  const series: Series[] = [];
  for (const server of run.servers) series.push(...(await onServer(run, server, names)));
  return series;
}

async function onServer(run: BenchRun, server: BenchServer, names: readonly QuestionName[]): Promise<Series[]> {
  const database = await server.create();
  const contestants = new Map<ProgramName, Contestant>();
  const programsOf = (name: QuestionName) => (run.targetsOnly ? WITH_TARGETS[name] : undefined) ?? CONTESTS[name];
  try {
    run.say(`${server.label}: writing books to read from`);
    await fillReadingBooks(database, MACHINES);
    const apiKey = await apiKeyOn(database);
    for (const program of new Set(names.flatMap(programsOf))) {
      contestants.set(program, await startContestant(program, database));
    }
    const series: Series[] = [];
    for (const name of names) {
      const asked = programsOf(name).map((program) => {
        const contestant = contestants.get(program);
        if (contestant === undefined) throw new Error(`${program} was not started.`);
        return { program, contestant, request: requestTo(program, contestant, name, apiKey) };
      });
      const answerBytes = await mustAnswerAlike(name, asked);
      run.say(`${server.label}: ${asked.length} contestants answer "${name}" alike`);
      series.push(...(await measured(run, server.label, name, asked, answerBytes)));
    }
    return series;
  } finally {
    await Promise.all([...contestants.values()].map((contestant) => contestant.stop()));
    await database.remove();
  }
}

interface Asked {
  readonly program: ProgramName;
  readonly contestant: Contestant;
  readonly request: Request;
}

async function measured(
  run: BenchRun,
  database: string,
  name: QuestionName,
  asked: readonly Asked[],
  answerBytes: number,
): Promise<Series[]> {
  const results = new Map<ProgramName, LoadResult[]>(asked.map(({ program }) => [program, []]));
  for (const { program, contestant, request } of asked) {
    run.signal.throwIfAborted();
    if (isWarmAfterOne(name, program)) continue;
    await loadOn(contestant, request, { ...loadOf(name, program, run.warmUpSeconds), answerBytes });
  }
  for (let round = 1; round <= run.rounds; round += 1) {
    for (const { program, contestant, request } of asked) {
      run.signal.throwIfAborted();
      const result = await loadOn(contestant, request, {
        ...loadOf(name, program, run.seconds),
        answerBytes,
        isWarm: true,
      });
      results.get(program)?.push(result);
      run.say(`${database}, ${name}, round ${round}: ${program}: ${result.perSecond.toFixed(1)} answers/s`);
    }
  }
  return [...results].map(([contestant, rounds]) => {
    const byCpu = rounds.map(({ cpuMicroseconds }) => 1e6 / (cpuMicroseconds ?? NaN));
    return {
      contest: name,
      database,
      contestant,
      unit: 'answers/s',
      rounds: rounds.map(({ perSecond }) => perSecond),
      byCpu: byCpu.some(Number.isNaN) ? null : byCpu,
      isGeneratorBound: rounds.some(({ isGeneratorBound }) => isGeneratorBound),
      p50: median(rounds.map(({ p50 }) => p50)),
      p99: median(rounds.map(({ p99 }) => p99)),
    };
  });
}

function loadOf(name: QuestionName, program: ProgramName, seconds: number): LoadOptions {
  const slow = name === 'page' ? SLOW_ON_PAGES[program] : undefined;
  const connections = name === 'page' || name === 'small' ? CONNECTIONS[name] : CONNECTIONS.summary;
  return { connections: slow?.connections ?? connections, seconds: Math.max(seconds, slow?.seconds ?? 0) };
}

/** One page that is loaded row by row runs all its code thousands of times, and takes seconds. */
function isWarmAfterOne(name: QuestionName, program: ProgramName): boolean {
  return name === 'page' && program === 'naive';
}

function requestTo(program: ProgramName, { url }: Contestant, name: QuestionName, apiKey: string): Request {
  if (program === 'bare') {
    return { url: `${url}/?question=${encodeURIComponent(name)}`, method: 'GET', headers: {}, body: '' };
  }
  return {
    url: `${url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(QUESTIONS[name]),
  };
}

/** Throws unless all give the same data, and as much of it as was meant. Answers how many bytes it has. */
async function mustAnswerAlike(name: QuestionName, asked: readonly Asked[]): Promise<number> {
  let expected: { readonly data: unknown; readonly bytes: number } | null = null;
  for (const { program, request } of asked) {
    const answer = await answerOf(request);
    if (expected !== null && !isDeepStrictEqual(answer.data, expected.data)) {
      const difference = differenceOf(expected.data, answer.data);
      throw new Error(`${asked[0]?.program} and ${program} give other data for "${name}": ${difference}`);
    }
    expected ??= answer;
  }
  const rows = rowsIn(expected?.data);
  if (rows !== ROWS_EXPECTED[name]) throw new Error(`"${name}" has ${rows} rows, not ${ROWS_EXPECTED[name]}.`);
  return expected?.bytes ?? 0;
}

async function answerOf({ url, method, headers, body }: Request): Promise<{ data: unknown; bytes: number }> {
  const response = await fetch(url, { method, headers, ...(method === 'POST' && { body }) });
  const text = await response.text();
  const { data, errors } = JSON.parse(text) as { readonly data?: unknown; readonly errors?: unknown };
  if (response.status !== 200 || errors !== undefined || data == null) {
    throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return { data, bytes: Buffer.byteLength(JSON.stringify({ data })) };
}

/** Where two answers part first: the path, and what each has there. */
function differenceOf(left: unknown, right: unknown, path = 'data'): string {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return `${path} is ${JSON.stringify(left)} and ${JSON.stringify(right)}`;
  }
  const parts = { left: left as Readonly<Record<string, unknown>>, right: right as Readonly<Record<string, unknown>> };
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const name = names.find((key) => !isDeepStrictEqual(parts.left[key], parts.right[key])) ?? '';
  return differenceOf(parts.left[name], parts.right[name], `${path}.${name}`);
}
