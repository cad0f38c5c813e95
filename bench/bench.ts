/** `npm run bench`: figures for one's own machine, and whether they are what they are meant to be. */
import 'reflect-metadata';
import { Command } from 'commander';

import { benchAccess } from './access-bench.js';
import { installPeers, machineOf, say, serversToMeasure } from './bench-run.js';
import type { BenchRun } from './bench-run.js';
import { benchClose } from './close-bench.js';
import { benchIngest } from './ingest-bench.js';
import { queryContests } from './query-contests.js';
import type { QuestionName } from './questions.js';
import { benchRest } from './rest-bench.js';
import { tableOf } from './series.js';
import type { Series } from './series.js';

const cli = new Command('bench').description('Measures the gateway on this machine.');
cli
  .command('ingest')
  .description('How fast usage goes in, on SQLite and on the server of BENCH_MYSQL_URL, against a bare insert.')
  .option('--records <n>', 'records per measurement', '100000')
  .option('--rounds <n>', 'how often everything is measured', '3')
  .option('--profile <folder>', 'write CPU profiles of the gateway there')
  .action(async (options: { readonly records: string; readonly rounds: string; readonly profile?: string }) => {
    await benchIngest({
      records: positive(options.records, '--records'),
      rounds: positive(options.rounds, '--rounds'),
      profileFolder: options.profile,
    });
  });

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
  .command('close')
  .description('Closing a reported day of hourly rows, against a bare INSERT … SELECT … GROUP BY of the same rows.')
  .option('--rows <n>', 'hourly rows of the day; a tenth of them is measured as well', '1000000')
  .action(async (options: { readonly rows: string }) => {
    await benchClose({ rows: positive(options.rows, '--rows') });
  });

const QUERY_CONTESTS: readonly {
  readonly name: string;
  readonly questions: readonly QuestionName[];
  readonly is: string;
}[] = [
  { name: 'page', questions: ['page'], is: 'A page of 1,000 aggregates with 12 fields.' },
  { name: 'small', questions: ['small'], is: 'One tenant, five fields.' },
  {
    name: 'summaries',
    questions: ['tenant by meter and day', 'all tenants by meter', 'per CSP subscription'],
    is: 'A month added up in three ways.',
  },
];

for (const { name, questions, is } of QUERY_CONTESTS) {
  cli
    .command(name)
    .description(`${is} The gateway, a handler written by hand and other GraphQL servers, on the same books.`)
    .option('--rounds <n>', 'how often everything is measured', '3')
    .option('--seconds <n>', 'how long each measurement takes', '5')
    .action(async (options: { readonly rounds: string; readonly seconds: string }) => {
      await installPeers();
      await contest(options, (run) => queryContests(run, questions));
    });
}

async function contest(
  options: { readonly rounds: string; readonly seconds: string },
  measure: (run: BenchRun) => Promise<readonly Series[]>,
): Promise<void> {
  const servers = await serversToMeasure();
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort(new Error('Stopped; what it made is removed.')));
  const series = await measure({
    servers,
    rounds: positive(options.rounds, '--rounds'),
    seconds: positive(options.seconds, '--seconds'),
    signal: interruption.signal,
    say,
  });
  console.log(`${machineOf(servers)}\n\n${tableOf(series)}\n\n${JSON.stringify(series)}`);
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
