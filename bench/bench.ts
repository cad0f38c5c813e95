/** `npm run bench -- ingest|rest|access|timing|close`: figures for one's own machine. */
import 'reflect-metadata';
import { Command } from 'commander';

import { benchAccess } from './access-bench.js';
import { benchClose } from './close-bench.js';
import { benchIngest } from './ingest-bench.js';
import { benchRest } from './rest-bench.js';
import { benchTiming } from './timing-bench.js';

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
  .command('timing')
  .description("Whether the time of an answer tells somebody else's id from one that nobody has.")
  .option('--rounds <n>', 'how often each question is asked each way', '500')
  .action((options: { readonly rounds: string }) => benchTiming({ rounds: positive(options.rounds, '--rounds') }));

cli
  .command('close')
  .description('Closing a reported day of hourly rows, against a bare INSERT … SELECT … GROUP BY of the same rows.')
  .option('--rows <n>', 'hourly rows of the day; a tenth of them is measured as well', '1000000')
  .action(async (options: { readonly rows: string }) => {
    await benchClose({ rows: positive(options.rows, '--rows') });
  });

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
