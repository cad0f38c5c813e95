/** How long each question takes as the books grow, asked by one caller at a time; sizes take turns. */
import type { BenchDatabase, BenchServer } from './bench-database.js';
import type { BenchRun } from './bench-run.js';
import { loadOn, startContestant } from './contestant.js';
import type { Contestant, LoadResult } from './contestant.js';
import { environmentOf } from './gateway-books.js';
import { QUESTIONS, ROW, rowsIn } from './questions.js';
import type { Question } from './questions.js';
import { apiKeyOn, middleOfBooks, fillReadingBooks, rowsOf } from './reading-books.js';
import type { Series } from './series.js';
import { createApp } from '../src/app.js';
import { readConfig } from '../src/config.js';
import type { Cursors } from '../src/access/signed-cursor.js';
import { createServer } from '../src/http/server.js';

/** Machines on each stack subscription: 1, 10 and 30 million hourly rows. */
export const GROWTH_MACHINES = [24, 240, 720];

/** The longest page, from a cursor on. */
export const PAGES = `query Pages($range: TimeRangeInput!, $after: String) {
  usageAggregates(first: 1000, range: $range, after: $after) { ${ROW} } }`;
export const { range } = QUESTIONS['all tenants by meter'].variables;
/** The one question without a target; the quick benchmark leaves it out. */
const FROM_THE_START = 'page from the start';
const SUMMARIES = ['tenant by meter and day', 'all tenants by meter', 'per CSP subscription'] as const;

/** Measures every question on books of each of these sizes, the smallest first. */
export async function growthContest(run: BenchRun, sizes: readonly number[]): Promise<Series[]> {
  const series: Series[] = [];
  for (const server of run.servers) {
    const books: Books[] = [];
    try {
      for (const machines of sizes) {
        run.signal.throwIfAborted();
        run.say(`${server.label}, growth: writing ${label(machines)}`);
        books.push(await openBooks(server, machines));
      }
      series.push(...(await measured(run, server.label, books)));
    } finally {
      for (const { contestant, database } of books) {
        await contestant.stop();
        await database.remove();
      }
    }
  }
  return series;
}

interface Books {
  readonly machines: number;
  readonly database: BenchDatabase;
  readonly contestant: Contestant;
  readonly apiKey: string;
  readonly questions: Readonly<Record<string, Question>>;
}

async function openBooks(server: BenchServer, machines: number): Promise<Books> {
  const database = await server.create();
  try {
    await fillReadingBooks(database, machines);
    const apiKey = await apiKeyOn(database);
    const middle = await cursorInTheMiddle(database, apiKey);
    const questions = {
      [FROM_THE_START]: { query: PAGES, variables: { range } },
      'page at mid-depth': { query: PAGES, variables: { range, after: middle } },
      ...Object.fromEntries(SUMMARIES.map((name) => [name, QUESTIONS[name]])),
    };
    return { machines, database, apiKey, questions, contestant: await startContestant('gateway', database) };
  } catch (error) {
    await database.remove();
    throw error;
  }
}

async function measured(run: BenchRun, database: string, books: readonly Books[]): Promise<Series[]> {
  const series: Series[] = [];
  const names = Object.keys(books[0]?.questions ?? {});
  for (const name of names.filter((one) => !run.targetsOnly || one !== FROM_THE_START)) {
    const rounds = books.map((): LoadResult[] => []);
    const lengths = new Set<number>();
    for (let round = 1; round <= run.rounds; round += 1) {
      for (const [index, { contestant, apiKey, questions, machines }] of books.entries()) {
        run.signal.throwIfAborted();
        const request = {
          url: `${contestant.url}/graphql`,
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
          body: JSON.stringify(questions[name]),
        } as const;
        if (round === 1) lengths.add(await rowsAnswered(request));
        const load = { connections: 1, seconds: run.seconds, answerBytes: 1_000, isWarm: round > 1 };
        const result = await loadOn(contestant, request, load);
        rounds[index]?.push(result);
        run.say(`${database}, growth, ${name}, round ${round}: ${label(machines)}: ${result.p50} ms`);
      }
    }
    if (lengths.size !== 1) throw new Error(`"${name}" has answers of ${[...lengths].join(' and ')} rows.`);
    for (const [index, { machines }] of books.entries()) {
      const own = rounds[index] ?? [];
      const cpu = own.map(({ cpuMicroseconds }) => (cpuMicroseconds ?? NaN) / 1_000);
      series.push({
        contest: `growth: ${name}`,
        database,
        contestant: label(machines),
        unit: 'ms',
        rounds: own.map(({ p50 }) => p50),
        byCpu: cpu.some(Number.isNaN) ? null : cpu,
      });
    }
  }
  return series;
}

/** A size in millions of hourly rows. */
function label(machines: number): string {
  return `${(rowsOf(machines) / 1e6).toFixed(1)} M rows`;
}

async function rowsAnswered(request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}): Promise<number> {
  const response = await fetch(request.url, { method: 'POST', headers: request.headers, body: request.body });
  const { data, errors } = (await response.json()) as { readonly data?: unknown; readonly errors?: unknown };
  if (errors !== undefined) throw new Error(`The gateway answered ${JSON.stringify(errors)}`);
  return rowsIn(data);
}

/** A cursor is signed for one question of one caller, so one is made where that question is asked. */
export async function cursorInTheMiddle(database: BenchDatabase, apiKey: string): Promise<string> {
  const app = await createApp(readConfig(environmentOf(database)));
  const asked = new Set<string>();
  const cursors: Cursors = {
    ...app.cursors,
    writerFor: (question) => {
      asked.add(question);
      return app.cursors.writerFor(question);
    },
  };
  const server = await createServer({ ...app, cursors });
  try {
    const payload = { query: PAGES.replace('1000', '1'), variables: { range } };
    await server.inject({ method: 'POST', url: '/graphql', headers: { authorization: `Bearer ${apiKey}` }, payload });
    const [question] = asked;
    if (question === undefined) throw new Error('The first page has no cursor.');
    const [subscription, hour] = await middleOfBooks(app.db.reader);
    return app.cursors.write(question, [subscription, hour, hour, 0, 0, 0]);
  } finally {
    await server.close();
    await app.close();
  }
}
