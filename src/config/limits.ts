/**
 * How much one caller may ask at once. Each limit is a variable of the environment with a default that no honest
 * question comes near; `docs/limits.md` says what the answer is beyond it.
 */
import { whole } from './variable.js';
import type { Variable } from './variable.js';

interface Limit extends Variable {
  readonly min: number;
  readonly max: number;
}

function limit(name: string, standard: number, [min, max]: readonly [number, number], meaning: string): Limit {
  return { name, meaning, default: String(standard), min, max };
}

const LIMITS = {
  // The document.
  tokensMax: limit('TOKENS_MAX', 4_000, [100, 100_000], 'Words of a GraphQL document before parsing stops.'),
  documentLengthMax: limit('DOCUMENT_LENGTH_MAX', 100_000, [1_000, 10_000_000], 'Characters of a GraphQL document.'),
  depthMax: limit('DEPTH_MAX', 16, [13, 100], 'Fields inside fields; introspection by GraphiQL nests 13 deep.'),
  selectionsMax: limit('SELECTIONS_MAX', 2_000, [100, 100_000], 'Fields of an operation, its fragments spread out.'),
  aliasesMax: limit('ALIASES_MAX', 30, [0, 10_000], 'Aliases of an operation, its fragments spread out.'),
  rootFieldsMax: limit('ROOT_FIELDS_MAX', 20, [1, 1_000], 'Fields of an operation at its root.'),
  directivesMax: limit('DIRECTIVES_MAX', 20, [0, 1_000], 'Directives of a document.'),
  listItemsMax: limit(
    'LIST_ITEMS_MAX',
    200,
    [1, 10_000],
    'Values of a list in an argument; a batch of records or lines has its own limit.',
  ),
  pageRowsMax: limit(
    'PAGE_ROWS_MAX',
    1_000,
    [1, 1_000],
    'Rows of a page; pages of anything but usage have at most 200.',
  ),
  // What it costs.
  costMax: limit('COST_MAX', 20_000, [100, 10_000_000], 'Points that one operation may cost, computed before it runs.'),
  costBucketSize: limit('COST_BUCKET_SIZE', 400_000, [100, 1_000_000_000], 'Points that a caller can save up.'),
  costPerSecond: limit('COST_PER_SECOND', 10_000, [1, 100_000_000], 'Points that a caller gets back each second.'),
  principalsMax: limit('PRINCIPALS_MAX', 10_000, [1, 1_000_000], 'Callers whose points are remembered at once.'),
  requestsAtOnceMax: limit('REQUESTS_AT_ONCE_MAX', 32, [1, 10_000], 'Requests of one caller that run at once.'),
  // Time and bytes.
  requestMsMax: limit(
    'REQUEST_MS_MAX',
    30_000,
    [10, 3_600_000],
    'Milliseconds that a request may take, its body there, before its SQL is cancelled.',
  ),
  receiveMsMax: limit('RECEIVE_MS_MAX', 60_000, [100, 3_600_000], 'Milliseconds until a request has arrived whole.'),
  headersMsMax: limit(
    'HEADERS_MS_MAX',
    10_000,
    [100, 3_600_000],
    'Milliseconds until the headers of a request have arrived.',
  ),
  headerBytesMax: limit('HEADER_BYTES_MAX', 16_384, [4_096, 1_048_576], 'Bytes of the headers of a request.'),
  graphqlBytesMax: limit(
    'GRAPHQL_BYTES_MAX',
    262_144,
    [1_024, 268_435_456],
    'Bytes of the body of a GraphQL request; usage in batches has a door of its own, and BODY_BYTES_MAX.',
  ),
  graphqlValuesMax: limit(
    'GRAPHQL_VALUES_MAX',
    20_000,
    [1_000, 10_000_000],
    'Lists, objects and what is in them, in the JSON of a GraphQL request.',
  ),
  connectionsMax: limit('CONNECTIONS_MAX', 4_096, [1, 100_000], 'Connections that are open at once.'),
  connectionsPerAddressMax: limit(
    'CONNECTIONS_PER_ADDRESS_MAX',
    512,
    [1, 100_000],
    'Connections of one address that are open at once; those of TRUSTED_PROXIES are not counted.',
  ),
  // Streams of live updates.
  streamsAtOnceMax: limit('STREAMS_AT_ONCE_MAX', 16, [0, 10_000], 'Streams of one caller that are open at once.'),
  streamsMax: limit('STREAMS_MAX', 1_000, [0, 10_000], 'Streams that are open at once.'),
  streamsPerCustomerMax: limit(
    'STREAMS_PER_CUSTOMER_MAX',
    100,
    [0, 10_000],
    'Streams of one tenant or reseller that are open at once, whoever of it opened them.',
  ),
  streamsForProvider: limit(
    'STREAMS_FOR_PROVIDER',
    100,
    [0, 10_000],
    'Streams of STREAMS_MAX that tenants and resellers leave to everybody else.',
  ),
  livePaceMs: limit(
    'LIVE_PACE_MS',
    2_000,
    [100, 3_600_000],
    'Milliseconds, on average, between two looks for what streams tell. Nobody looks while no stream is open.',
  ),
  liveRowsMax: limit(
    'LIVE_ROWS_MAX',
    500,
    [1, 10_000],
    'Rows of a kind that one look takes; what is beyond comes with the next.',
  ),
  liveBufferMax: limit(
    'LIVE_BUFFER_MAX',
    2_000,
    [1, 100_000],
    'Updates that wait for a reader that is slow before its stream is cut off.',
  ),
  liveStallMsMax: limit(
    'LIVE_STALL_MS_MAX',
    30_000,
    [10, 3_600_000],
    'Milliseconds in which a reader has to take something before its stream is cut off.',
  ),
} as const satisfies Record<string, Limit>;

export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** Variables of the environment that say so, as the operations guide lists them. */
export const LIMIT_VARIABLES: readonly Variable[] = Object.values(LIMITS).map((row) => ({
  name: row.name,
  meaning: row.meaning,
  default: row.default,
}));

/** How each variable is read. */
export const limitShape = Object.fromEntries(
  Object.values(LIMITS).map((row) => [row.name, whole(row.min, row.max).default(Number(row.default))]),
);

/** The limits of an environment that was read by `limitShape`. */
export function limitsOf(read: Readonly<Record<string, unknown>>): Limits {
  const entries = Object.entries(LIMITS).map(([key, { name }]) => [key, Number(read[name])]);
  return Object.freeze(Object.fromEntries(entries)) as Limits;
}

/** What holds where nothing is configured. */
export const STANDARD_LIMITS: Limits = limitsOf(
  Object.fromEntries(LIMIT_VARIABLES.map((variable) => [variable.name, variable.default])),
);
