import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { ArgumentError, CommandError } from './exit.js';
import { serve } from './serve-command.js';
import { TOKEN_SECONDS_DEFAULT } from '../access/local-tokens.js';
import type { Principal } from '../access/principal.js';
import type { App } from '../app.js';
import { openCommerceBooks } from '../commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../commerce-simulator/commerce-in-process.js';
import { readConfig } from '../config.js';
import { migrateUp } from '../database/migrate.js';
import { DEMO_SEED, demoPrincipals } from '../demo/demo-world.js';
import { loadDemo } from '../demo/load-demo.js';
import { dayOf, firstHourOf, hourOf, hourText, parseInstant, wholeHour } from '../primitives/windows.js';

const DAYS_MAX = 365;
const BAR_WIDTH = 30;
/** Apart from `data`, where `serve` keeps books of its own. */
const FOLDER = 'data/demo';
/** The demo keeps its last days open, so that there is something to remap. */
const OPEN_HOURS = '48';

/** Serves a made-up provider: the books are filled on the first run, and found filled on the next. */
export async function demoCommand(options: { readonly days: string; readonly until?: string }): Promise<void> {
  const days = Number(options.days);
  if (!(Number.isInteger(days) && days >= 2 && days <= DAYS_MAX)) {
    throw new ArgumentError(`--days is a whole number from 2 to ${DAYS_MAX}.`);
  }
  const until = options.until === undefined ? null : endOf(options.until);
  // On a terminal, what is printed is to be read: addresses, tokens and progress. Elsewhere it is a log.
  const level = process.stderr.isTTY ? 'warn' : 'info';
  const config = readConfig({ DATA_FOLDER: FOLDER, LOG_LEVEL: level, CLOSE_GRACE_HOURS: OPEN_HOURS, ...given() });
  if (!config.allowsLocalTokens) {
    throw new CommandError('The demo signs its own tokens: run it on loopback, and without ACCESS_FILE.');
  }
  if (config.commerce.client !== 'none') console.error('COMMERCE is not used: the demo has a receiver of its own.');
  // What it got can be compared with the books.
  const receiver = receiverIn(config.dataFolder);
  const isNew = !existsSync(receiver);
  const received = openCommerceBooks(receiver);
  const books = { areOurs: false };
  try {
    await serve(
      config,
      {
        prepare: async (app, signal) => {
          await migrateUp(app.db);
          const onProgress = showProgress;
          await loadDemo(app, { seed: DEMO_SEED, now: until ?? app.clock.now(), days, signal, onProgress });
          books.areOurs = true;
        },
        ready: async (url, app) => {
          if (process.stderr.isTTY) await printWelcome(url, app, until ?? app.clock.now());
        },
      },
      { commerce: commerceInProcess(received) },
    );
  } finally {
    received.close();
    // Beside books that it refused, or that were never begun, the demo leaves nothing.
    if (isNew && !books.areOurs) for (const end of ['', '-wal', '-shm']) rmSync(`${receiver}${end}`, { force: true });
  }
}

/** Variables that are set; an empty one is not. */
function given(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

function endOf(text: string): number {
  const instant = parseInstant(text);
  if (instant !== null && wholeHour(instant) !== null) return instant;
  throw new ArgumentError('--until is a whole hour like 2026-03-10T12:00:00Z.');
}

function receiverIn(dataFolder: string): string {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  return join(dataFolder, 'demo-commerce.sqlite');
}

/** A bar that redraws itself on a terminal, a line now and then elsewhere. */
function showProgress(fraction: number, sentence: string): void {
  const percent = Math.round(fraction * 100);
  if (process.stderr.isTTY) {
    const filled = Math.round(fraction * BAR_WIDTH);
    const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
    process.stderr.write(`\r[${bar}] ${percent}% ${sentence}\u001b[K${fraction === 1 ? '\n' : ''}`);
  } else if (percent % 20 === 0 && percent !== lastPercent) {
    process.stderr.write(`${percent}% ${sentence}\n`);
  }
  lastPercent = percent;
}

let lastPercent = -1;

async function printWelcome(url: string, app: App, now: number): Promise<void> {
  const principals = demoPrincipals();
  const tokens = await Promise.all(principals.map((principal) => app.tokens.sign(principal, TOKEN_SECONDS_DEFAULT)));
  const operator = tokens[0] ?? '';
  console.error(`
The usage gateway serves a demo: two stamps, twelve tenants, all of it made up.

  Explore it:  ${url}/graphiql#token=${operator}

A token for each role, good for ${TOKEN_SECONDS_DEFAULT / 3600} hours:
${principals.map((principal, index) => `\n${titleOf(principal)}\n${tokens[index]}`).join('\n')}

One question: what landed on the base subscription in its last 30 days, and since when?

${exampleQuestion(url, operator, now)}

Ctrl-C stops it. Started again, it finds its books as they are.`);
}

/** The example as one command that can be pasted. */
function exampleQuestion(url: string, token: string, now: number): string {
  const today = dayOf(hourOf(now));
  const range = `{ from: "${hourText(firstHourOf(today - 30))}", to: "${hourText(firstHourOf(today + 1))}" }`;
  const query = `{ fallbackUsage(range: ${range}, first: 5) { nodes { reason since quantity meter { name unit } tenant { name } } } }`;
  return [
    `curl -s ${url}/graphql -H 'content-type: application/json' \\`,
    `  -H 'authorization: Bearer ${token}' \\`,
    `  -d '${JSON.stringify({ query })}'`,
  ].join('\n');
}

function titleOf({ role, resellers, tenants, registrations }: Principal): string {
  const parts = [
    ...(resellers === 'all' ? [] : [`of ${resellers.join(', ')}`]),
    ...(tenants === 'all' ? [] : [`of tenant ${tenants.join(', ')}`]),
    ...(registrations === 'all' ? [] : [`for ${registrations.join(', ')}`]),
  ];
  return [role, ...parts].join(' ');
}
