/** What authorisation costs on the largest page: the same question with and without the rules, to either executor. */
import { OperationTypeNode, getOperationAST, parse, validate } from 'graphql';

import { sqliteServer } from './bench-database.js';
import { openBooks } from './gateway-books.js';
import { median } from './median.js';
import { recordOf } from './usage-load.js';
import type { App } from '../src/app.js';
import { createContext } from '../src/graphql/context.js';
import { compilable } from '../src/graphql/execution/compiled-operation.js';
import { createExecutor } from '../src/graphql/execution/executor.js';
import type { Executor } from '../src/graphql/execution/executor.js';
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

/** Both ways to execute: `jit` is the one that is served. */
const EXECUTORS = ['jit', 'js'] as const;
const DOCUMENT = parse(QUESTION);

type Way = 'without' | 'with';

/**
 * Rounds are interleaved and each takes both ways, in turns first, so that a machine that slows down slows both down.
 * The ratio is the median of the ratios of each round; its spread is that of their middle half.
 */
export async function benchAccess({ rounds }: { readonly rounds: number }): Promise<void> {
  const database = await sqliteServer.create();
  const { app, registrationId } = await openBooks(database);
  try {
    const now = app.clock.now();
    const deliveries = Array.from({ length: ROWS }, (_, index) => deliveryOfRecord(recordOf(index), now));
    await recordUsage(app, { registrationId, receivedBy: 'bench', deliveries });
    console.log(`A page of ${ROWS} aggregates with 12 fields, ${rounds} rounds:`);
    for (const executor of EXECUTORS) {
      const took: Readonly<Record<Way, number[]>> = { without: [], with: [] };
      const executors = await executorsOf(executor);
      for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
        for (const way of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
          const ms = await millisecondsOf(app, executors[way]);
          if (round >= 0) took[way].push(ms);
        }
      }
      console.log(reportOf(executor, took));
    }
  } finally {
    await app.close();
    await database.remove();
  }
}

async function executorsOf(executor: (typeof EXECUTORS)[number]): Promise<Readonly<Record<Way, Executor>>> {
  const schema = await createBareSchema();
  if (validate(schema, DOCUMENT).length > 0) throw new Error('The question is not one of this schema.');
  const options = { executor, compileAfter: 1, compiledFieldsMax: 1_000, errorsMax: 5 };
  return {
    without: createExecutor({
      ...options,
      schema,
      withInputAsSent: schema,
      rootRuled: { schema, guarded: [] },
      compiledAgainst: { queries: compilable(schema), mutations: compilable(schema) },
    }),
    with: createExecutor({ ...options, ...(await createSchema()) }),
  };
}

async function millisecondsOf(app: App, execute: Executor): Promise<number> {
  const operation = getOperationAST(DOCUMENT);
  if (operation?.operation !== OperationTypeNode.QUERY) throw new Error('The question is not a query.');
  const start = performance.now();
  const caller = { subject: 'bench', role: 'CSP_ADMIN', credential: 'LOCAL_TOKEN', expiresAt: Infinity } as const;
  const everything = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
  const context = await createContext(
    app,
    { ...caller, ...everything },
    { requestId: 'bench', documentText: null, refusal: null },
  );
  const asked = { document: DOCUMENT, operation, operationName: null, variables: {}, context, isTrusted: false };
  const { data, errors } = await execute(asked);
  const text = JSON.stringify(data);
  const ms = performance.now() - start;
  const rows = text.split('"quantity"').length - 1;
  if (errors !== undefined || rows !== ROWS) throw new Error(`The page has ${rows} rows: ${String(errors?.[0])}`);
  return ms;
}

function reportOf(executor: string, took: Readonly<Record<Way, readonly number[]>>): string {
  const ratios = took.with.map((ms, round) => ms / (took.without[round] ?? NaN)).sort((left, right) => left - right);
  const quartile = (part: number) => (ratios[Math.floor((ratios.length - 1) * part)] ?? NaN).toFixed(3);
  return [
    `EXECUTOR=${executor}: ${median(took.without).toFixed(1)} ms without authorisation, ${median(took.with).toFixed(1)} ms with it;`,
    `  ratio ${median(ratios).toFixed(3)} (middle half of the rounds: ${quartile(0.25)} to ${quartile(0.75)}; at most 1.05)`,
  ].join('\n');
}
