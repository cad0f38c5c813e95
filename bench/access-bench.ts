/** What authorisation costs on the largest page: the same question to the schema with and without its rules. */
import { execute, parse, validate } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';

import { sqliteServer } from './bench-database.js';
import { openBooks } from './gateway-books.js';
import { median } from './median.js';
import { recordOf } from './usage-load.js';
import type { App } from '../src/app.js';
import { createContext } from '../src/graphql/context.js';
import { createBareSchema, createSchema } from '../src/graphql/schema.js';
import { deliveryOfRecord } from '../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../src/pipeline/pipeline.js';

const ROWS = 1_000;
const WARM_UP_ROUNDS = 10;
const RANGE = '{ from: "2025-06-01T00:00:00Z", to: "2028-06-01T00:00:00Z" }';
/** Twelve fields of each row, as a billing portal asks for them. */
const QUESTION = `{ usageAggregates(first: ${ROWS}, clock: USAGE, range: ${RANGE}) { nodes {
  id quantity records status granularity usageWindow { start end } reportedWindow { start end }
  meter { meterId name unit } tenant { tenantId name } stackSubscription { stackSubscriptionId } resource { uri }
  destination { destinationSubscriptionId reason } } } }`;

/**
 * Rounds are interleaved and each takes both schemas, in turns first, so that a machine that slows down slows both
 * down. The ratio is the median of the ratios of each round; its spread is that of their middle half.
 */
export async function benchAccess({ rounds }: { readonly rounds: number }): Promise<void> {
  const database = await sqliteServer.create();
  const { app, registrationId } = await openBooks(database);
  try {
    const now = app.clock.now();
    const deliveries = Array.from({ length: ROWS }, (_, index) => deliveryOfRecord(recordOf(index), now));
    await recordUsage(app, { registrationId, receivedBy: 'bench', deliveries });
    const document = parse(QUESTION);
    const ways = { without: await createBareSchema(), with: (await createSchema()).schema };
    for (const schema of Object.values(ways)) {
      if (validate(schema, document).length > 0) throw new Error('The question is not one of this schema.');
    }
    const took = { without: [] as number[], with: [] as number[] };
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const way of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
        const ms = await millisecondsOf(app, ways[way], document);
        if (round >= 0) took[way].push(ms);
      }
    }
    console.log(reportOf(took));
  } finally {
    await app.close();
    await database.remove();
  }
}

async function millisecondsOf(app: App, schema: GraphQLSchema, document: DocumentNode): Promise<number> {
  const start = performance.now();
  const caller = { subject: 'bench', role: 'CSP_ADMIN', credential: 'LOCAL_TOKEN' } as const;
  const everything = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
  const request = { requestId: 'bench', documentText: null };
  const contextValue = await createContext(app, { ...caller, ...everything }, request);
  const { data, errors } = await execute({ schema, document, contextValue });
  const text = JSON.stringify(data);
  const ms = performance.now() - start;
  const rows = text.split('"quantity"').length - 1;
  if (errors !== undefined || rows !== ROWS) throw new Error(`The page has ${rows} rows: ${String(errors?.[0])}`);
  return ms;
}

function reportOf(took: { readonly without: readonly number[]; readonly with: readonly number[] }): string {
  const ratios = took.with.map((ms, round) => ms / (took.without[round] ?? NaN)).sort((left, right) => left - right);
  const quartile = (part: number) => (ratios[Math.floor((ratios.length - 1) * part)] ?? NaN).toFixed(3);
  return [
    `A page of ${ROWS} aggregates with 12 fields, ${ratios.length} rounds:`,
    `  without authorisation: ${median(took.without).toFixed(1)} ms`,
    `  with authorisation:    ${median(took.with).toFixed(1)} ms`,
    `  ratio: ${median(ratios).toFixed(3)} (middle half of the rounds: ${quartile(0.25)} to ${quartile(0.75)}; at most 1.05)`,
  ].join('\n');
}
