/** `npm run bench`: figures for one's own machine, and whether they are what they are meant to be. */
import 'reflect-metadata';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';

import { benchAccess } from './access-bench.js';
import { installPeers, machineOf, say, serversToMeasure } from './bench-run.js';
import type { BenchRun } from './bench-run.js';
import { benchClose } from './close-bench.js';
import { stopLoads } from './contestant.js';
import { footprintContest } from './footprint-contest.js';
import { GROWTH_MACHINES, growthContest } from './growth-contest.js';
import { benchHostile } from './hostile-bench.js';
import { ingestContest } from './ingest-contest.js';
import { memoryContest, mixedContest } from './mixed-contest.js';
import { queryContests } from './query-contests.js';
import type { QuestionName } from './questions.js';
import { benchRest } from './rest-bench.js';
import { markdownOf, tableOf } from './series.js';
import type { Series } from './series.js';
import { farOff, sentenceOf, verdictTable, verdictsOf } from './targets.js';
import { benchTiming } from './timing-bench.js';

/** What a contest of its own is told on the command line, beside rounds and seconds. */
interface ContestOptions {
  readonly rounds: string;
  readonly seconds: string;
  readonly json?: string;
}

/** How large everything is: in the whole benchmark, and in the one that takes minutes. */
const WHOLE = {
  rounds: 3,
  seconds: 5,
  warmUpSeconds: 10,
  targetsOnly: false,
  records: 200_000,
  /** Records on disk: of fewer, what tables allocate at once is a good part. */
  stored: 1_000_000,
  sizes: GROWTH_MACHINES,
  minutes: 60,
};
const QUICK = {
  rounds: 3,
  seconds: 1,
  warmUpSeconds: 3,
  targetsOnly: true,
  records: 40_000,
  /** Too few would be stored, and too short would be watched, to tell anything. */
  stored: 0,
  sizes: [20, 25],
  minutes: 0,
};

const QUESTIONS_OF = {
  page: ['page'],
  small: ['small'],
  summaries: ['tenant by meter and day', 'all tenants by meter', 'per CSP subscription'],
} as const satisfies Readonly<Record<string, readonly QuestionName[]>>;

const cli = new Command('bench')
  // What stands behind the name of a contest is the contest's.
  .enablePositionalOptions()
  .description(
    'Measures the gateway on this machine: on SQLite, and on the server of BENCH_MYSQL_URL. Without a command, all contests that have targets: ends with the targets, and with exit code 1 where one is missed by more than 15 %.',
  )
  .option('--quick', 'smaller books and shorter rounds: minutes instead of hours')
  .option('--json <file>', 'write all figures there', '.scratch/bench.json')
  .option('--markdown', 'print the tables alone, for docs/performance.md')
  .action(async (options: { readonly quick?: true; readonly json: string; readonly markdown?: true }) => {
    await everything(options.quick === true ? QUICK : WHOLE, options);
  });

function contestCommand(name: string, description: string): Command {
  return cli
    .command(name)
    .description(description)
    .option('--rounds <n>', 'how often everything is measured', String(WHOLE.rounds))
    .option('--seconds <n>', 'how long each measurement under load takes', String(WHOLE.seconds))
    .option('--json <file>', 'write all figures there');
}

const OTHERS = 'The gateway, a handler written by hand and other GraphQL servers, on the same books.';
for (const [name, is] of [
  ['page', `A page of 1,000 aggregates with 12 fields. ${OTHERS}`],
  ['small', `One tenant, five fields. ${OTHERS}`],
  ['summaries', 'A month added up in three ways, against a handler written by hand.'],
] as const) {
  contestCommand(name, is).action((options: ContestOptions) =>
    contest(options, (run) => queryContests(run, QUESTIONS_OF[name])),
  );
}

contestCommand('ingest', 'How fast usage goes in, against a bare insert and the naive way.')
  .option('--records <n>', 'records per measurement', String(WHOLE.records))
  .option('--profile <folder>', 'write CPU profiles of the gateway there')
  .action((options: ContestOptions & { readonly records: string; readonly profile?: string }) =>
    contest(options, (run) =>
      ingestContest(run, { records: positive(options.records, '--records'), profileFolder: options.profile }),
    ),
  );

contestCommand('mixed', 'How long a question takes while usage goes in as fast as it can, against at rest.').action(
  (options: ContestOptions) => contest(options, mixedContest),
);

contestCommand('growth', 'How long questions take on small and on large books.')
  .option('--machines <list>', 'machines on each of 60 stack subscriptions: 24 are 1 million hourly rows', '24,240,720')
  .action((options: ContestOptions & { readonly machines: string }) =>
    contest(options, (run) =>
      growthContest(
        run,
        options.machines.split(',').map((size) => positive(size, '--machines')),
      ),
    ),
  );

contestCommand('footprint', 'Bytes on disk for each record, and memory under questions and ingest.')
  .option('--records <n>', 'records to look at on disk', String(WHOLE.stored))
  .option('--minutes <n>', 'how long memory is watched', '6')
  .action((options: ContestOptions & { readonly records: string; readonly minutes: string }) =>
    contest(options, async (run) => [
      ...(await footprintContest(run, positive(options.records, '--records'))),
      ...(await memoryContest(run, positive(options.minutes, '--minutes'), (database, error) => {
        process.exitCode = 1;
        console.error(`memory on ${database} failed:`, error);
      })),
    ]),
  );

cli
  .command('rest')
  .description('A page of the provider usage API against a bare handler, and the collector against plain ingest.')
  .option('--rounds <n>', 'how often everything is measured', '3')
  .action(async (options: { readonly rounds: string }) => {
    await benchRest({ rounds: positive(options.rounds, '--rounds') });
  });

cli
  .command('access')
  .description('What authorisation costs on a page of 1,000 aggregates, as a ratio to the same page without it.')
  .option('--rounds <n>', 'how often both are measured', '200')
  .action((options: { readonly rounds: string }) => benchAccess({ rounds: positive(options.rounds, '--rounds') }));

cli
  .command('timing')
  .description("Whether the time of an answer tells somebody else's id from one that nobody has.")
  .option('--rounds <n>', 'how often each question is asked each way', '500')
  .action((options: { readonly rounds: string }) => benchTiming({ rounds: positive(options.rounds, '--rounds') }));

cli
  .command('hostile')
  .description('What hostile bodies, connections and documents cost an honest caller, with the standard limits.')
  .option('--build <folder>', 'the dist folder of another build to attack')
  .option('--seconds <n>', 'how long each attack lasts', '10')
  .option('--only <text>', 'attacks whose description holds this', '')
  .action(async (options: { readonly build?: string; readonly seconds: string; readonly only: string }) => {
    const { build, only } = options;
    const seconds = positive(options.seconds, '--seconds');
    await benchHostile({ seconds, only, ...(build !== undefined && { build }) });
  });

cli
  .command('close')
  .description('Closing a reported day of hourly rows, against a bare INSERT … SELECT … GROUP BY of the same rows.')
  .option('--rows <n>', 'hourly rows of the day; a tenth of them is measured as well', '1000000')
  .action(async (options: { readonly rows: string }) => {
    await benchClose({ rows: positive(options.rows, '--rows') });
  });

cli
  .command('tables')
  .description('Prints the tables of figures that were written with --json, for docs/performance.md.')
  .argument('<file>', 'what --json wrote')
  .action((file: string) => {
    const { machine, series } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly machine: string;
      readonly series: readonly Series[];
    };
    console.log(pageOf(machine, series));
  });

async function everything(
  sizes: typeof WHOLE,
  options: { readonly json: string; readonly markdown?: true },
): Promise<void> {
  const run = await newRun(sizes);
  const { page, small, summaries } = QUESTIONS_OF;
  // How the sums of months grow has targets, how fast they are beside the bare handler has none.
  const questions = run.targetsOnly ? [...page, ...small] : [...page, ...small, ...summaries];
  const contests: Readonly<Record<string, () => Promise<readonly Series[]>>> = {
    questions: () => queryContests(run, questions),
    ingest: () => ingestContest(run, { records: sizes.records }),
    mixed: () => mixedContest(run),
    growth: () => growthContest(run, sizes.sizes),
    footprint: async () => (sizes.stored === 0 ? [] : footprintContest(run, sizes.stored)),
    memory: async () =>
      sizes.minutes === 0
        ? []
        : memoryContest(run, sizes.minutes, (database, error) => tellFailure(`memory on ${database}`, error)),
  };
  const series: Series[] = [];
  const failed: string[] = [];
  const tellFailure = (name: string, error: unknown) => {
    failed.push(name);
    // The others are measured all the same: together they take hours.
    console.error(`${name} failed:`, error);
  };
  for (const [name, measure] of Object.entries(contests)) {
    try {
      series.push(...(await measure()));
    } catch (error) {
      run.signal.throwIfAborted();
      tellFailure(name, error);
    }
    writeReport(run, series, options.json);
  }
  const verdicts = verdictsOf(series);
  tell(run, series, options);
  const leftOut = sizes.minutes === 0 ? ['disk and memory are for the whole benchmark'] : [];
  const sentence = [sentenceOf(verdicts), ...leftOut, ...failed.map((name) => `${name} failed`)].join('; ');
  if (options.markdown === true) say(sentence);
  else console.log(`\n${sentence}`);
  if (farOff(verdicts).length > 0 || failed.length > 0) process.exitCode = 1;
}

async function contest(options: ContestOptions, measure: (run: BenchRun) => Promise<readonly Series[]>): Promise<void> {
  const rounds = positive(options.rounds, '--rounds');
  const seconds = positive(options.seconds, '--seconds');
  const run = await newRun({ rounds, seconds, warmUpSeconds: WHOLE.warmUpSeconds, targetsOnly: false });
  tell(run, await measure(run), options);
}

async function newRun(how: Omit<BenchRun, 'servers' | 'signal' | 'say'>): Promise<BenchRun> {
  await installPeers();
  const interruption = new AbortController();
  // What runs fails at its next step; what was made is then removed.
  process.once('SIGINT', () => {
    interruption.abort(new Error('Stopped.'));
    stopLoads();
  });
  return { servers: await serversToMeasure(), ...how, signal: interruption.signal, say };
}

function tell(
  { servers }: BenchRun,
  series: readonly Series[],
  { json, markdown }: { readonly json?: string; readonly markdown?: true },
): void {
  const machine = machineOf(servers);
  const verdicts = verdictsOf(series);
  if (json !== undefined) writeReport({ servers }, series, json);
  if (markdown === true) console.log(pageOf(machine, series));
  else {
    console.log(`${machine}\n\n${tableOf(series)}\n\n${verdictTable(verdicts)}`);
    if (json === undefined) console.log(`\n${JSON.stringify({ machine, series, verdicts })}`);
  }
}

function writeReport({ servers }: Pick<BenchRun, 'servers'>, series: readonly Series[], file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const report = { machine: machineOf(servers), series, verdicts: verdictsOf(series) };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** Machine, targets and figures, in Markdown. */
function pageOf(machine: string, series: readonly Series[]): string {
  return `${machine}\n\n${verdictTable(verdictsOf(series))}\n\n${markdownOf(series)}`;
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${option} is a whole number above 0.`);
}

try {
  await cli.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
