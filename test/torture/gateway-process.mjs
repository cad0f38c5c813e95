/**
 * `usage-gateway serve` as a process of its own, with a clock that runs fast: days pass in seconds, so that they close
 * and are reported while the process is under fire. All else is as in production, and configured by the environment.
 *
 * Arguments: the built gateway's folder, and the clock as JSON (see `fast-clock.ts`).
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , folder, clock] = process.argv;
const load = (path) => import(pathToFileURL(join(folder, ...path)).href);
await import('reflect-metadata');
const { serve } = await load(['src', 'bin', 'serve-command.js']);
const { readConfig } = await load(['src', 'config.js']);
const { migrateUp } = await load(['src', 'database', 'migrate.js']);
const { startedAt, simulatedAt, speed } = JSON.parse(clock);

await serve(
  readConfig(),
  {
    prepare: async (app) => {
      await migrateUp(app.db);
    },
    ready: async (url) => console.log(`ready ${url}`),
  },
  { clock: { now: () => Math.round(simulatedAt + (Date.now() - startedAt) * speed) } },
);
