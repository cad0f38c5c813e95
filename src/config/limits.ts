/**
 * How much one caller may ask at once. Each limit is a variable of the environment with a default that no honest
 * question comes near; `docs/limits.md` says what the answer is beyond it.
 */
import { whole } from './variable.js';
import type { OnProblem, Values } from './variable.js';

export const LIMITS = {
  // The document.
  tokensMax: whole('TOKENS_MAX', 4_000, [100, 100_000], 'Words of a GraphQL document before parsing stops.'),
  documentLengthMax: whole('DOCUMENT_LENGTH_MAX', 100_000, [1_000, 10_000_000], 'Characters of a GraphQL document.'),
  depthMax: whole('DEPTH_MAX', 16, [13, 100], 'Fields inside fields; introspection by GraphiQL nests 13 deep.'),
  selectionsMax: whole('SELECTIONS_MAX', 2_000, [100, 100_000], 'Fields of an operation, its fragments spread out.'),
  aliasesMax: whole('ALIASES_MAX', 30, [0, 10_000], 'Aliases of an operation, its fragments spread out.'),
  rootFieldsMax: whole('ROOT_FIELDS_MAX', 20, [1, 1_000], 'Fields of an operation at its root.'),
  directivesMax: whole('DIRECTIVES_MAX', 20, [0, 1_000], 'Directives of a document.'),
  listItemsMax: whole(
    'LIST_ITEMS_MAX',
    200,
    [1, 10_000],
    'Values of a list in an argument; a batch of records or lines has its own limit.',
  ),
  pageRowsMax: whole(
    'PAGE_ROWS_MAX',
    1_000,
    [1, 1_000],
    'Rows of a page; pages of anything but usage have at most 200.',
  ),
  // What usage may bring.
  unknownMetersMax: whole(
    'UNKNOWN_METERS_MAX',
    250,
    [0, 100_000],
    'Unknown meters that usage of one registration may name; records that name more are quarantined.',
  ),
  // What it costs.
  costMax: whole('COST_MAX', 20_000, [100, 10_000_000], 'Points that one operation may cost, computed before it runs.'),
  costBucketSize: whole('COST_BUCKET_SIZE', 400_000, [100, 1_000_000_000], 'Points that a caller can save up.'),
  costPerSecond: whole('COST_PER_SECOND', 10_000, [1, 100_000_000], 'Points that a caller gets back each second.'),
  principalsMax: whole('PRINCIPALS_MAX', 10_000, [1, 1_000_000], 'Callers whose points are remembered at once.'),
  requestsAtOnceMax: whole('REQUESTS_AT_ONCE_MAX', 32, [1, 10_000], 'Requests of one caller that run at once.'),
  // Time and bytes.
  requestMsMax: whole(
    'REQUEST_MS_MAX',
    30_000,
    [10, 3_600_000],
    'Milliseconds that a request may take, its body there, before its SQL is cancelled.',
  ),
  receiveMsMax: whole('RECEIVE_MS_MAX', 60_000, [100, 3_600_000], 'Milliseconds until a request has arrived whole.'),
  headersMsMax: whole(
    'HEADERS_MS_MAX',
    10_000,
    [100, 3_600_000],
    'Milliseconds until the headers of a request have arrived.',
  ),
  headerBytesMax: whole('HEADER_BYTES_MAX', 16_384, [4_096, 1_048_576], 'Bytes of the headers of a request.'),
  graphqlBytesMax: whole(
    'GRAPHQL_BYTES_MAX',
    262_144,
    [1_024, 268_435_456],
    'Bytes of the body of a GraphQL request; usage in batches has a door of its own, and BODY_BYTES_MAX.',
  ),
  graphqlValuesMax: whole(
    'GRAPHQL_VALUES_MAX',
    20_000,
    [1_000, 10_000_000],
    'Lists, objects and what is in them, in the JSON of a GraphQL request.',
  ),
  connectionsMax: whole('CONNECTIONS_MAX', 4_096, [1, 100_000], 'Connections that are open at once.'),
  connectionsPerAddressMax: whole(
    'CONNECTIONS_PER_ADDRESS_MAX',
    512,
    [1, 100_000],
    'Connections of one address that are open at once; those of TRUSTED_PROXIES are not counted.',
  ),
  // Streams of live updates.
  streamsAtOnceMax: whole('STREAMS_AT_ONCE_MAX', 16, [0, 10_000], 'Streams of one caller that are open at once.'),
  streamsMax: whole('STREAMS_MAX', 1_000, [0, 10_000], 'Streams that are open at once.'),
  streamsPerCustomerMax: whole(
    'STREAMS_PER_CUSTOMER_MAX',
    100,
    [0, 10_000],
    'Streams of one tenant or reseller that are open at once, whoever of it opened them.',
  ),
  streamsForProvider: whole(
    'STREAMS_FOR_PROVIDER',
    100,
    [0, 10_000],
    'Streams of STREAMS_MAX that tenants and resellers leave to everybody else.',
  ),
  livePaceMs: whole(
    'LIVE_PACE_MS',
    2_000,
    [100, 3_600_000],
    'Milliseconds, on average, between two looks for what streams tell. Nobody looks while no stream is open.',
  ),
  liveRowsMax: whole(
    'LIVE_ROWS_MAX',
    500,
    [1, 10_000],
    'Rows of a kind that one look takes; what is beyond comes with the next.',
  ),
  liveBufferMax: whole(
    'LIVE_BUFFER_MAX',
    2_000,
    [1, 100_000],
    'Updates that wait for a reader that is slow before its stream is cut off.',
  ),
  liveStallMsMax: whole(
    'LIVE_STALL_MS_MAX',
    30_000,
    [10, 3_600_000],
    'Milliseconds in which a reader has to take something before its stream is cut off.',
  ),
};

export type Limits = Values<typeof LIMITS>;

/** An operation that may be asked for must be one that can be paid for. */
export function checkLimits({ costMax, costBucketSize }: Limits, onProblem: OnProblem): void {
  if (costMax <= costBucketSize) return;
  onProblem(
    `${LIMITS.costBucketSize.name} is less than ${LIMITS.costMax.name}, and so an operation could never be paid for`,
  );
}
