/** What the figures are meant to be: ratios of two contestants of one run. */
import { cpuRatioOf, markdownTable, ratioOf } from './series.js';
import type { Series } from './series.js';

/** Further off than this, and the run fails: closer, a machine of two cores is not sure of. */
const TOLERANCE = 0.15;

interface Target {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Measured on every database, unless this says on which. */
  readonly on?: 'SQLite' | 'server';
  /** The two series of a database, out of the series of the run. */
  readonly pair: (of: readonly Series[], all: readonly Series[]) => readonly [Series | undefined, Series | undefined];
}

const versus =
  (contest: string, contestant: string, base: string): Target['pair'] =>
  (of) => [named(of, contest, contestant), named(of, contest, base)];

/** The largest books against the smallest. */
const grown =
  (contest: string): Target['pair'] =>
  (of) => {
    const sizes = of.filter((series) => series.contest === `growth: ${contest}`);
    return [sizes.length > 1 ? sizes.at(-1) : undefined, sizes[0]];
  };

const HTTP = 'HTTP, batches of 5,000';

const TARGETS: readonly Target[] = [
  { what: 'page against the bare handler', atLeast: 1, on: 'SQLite', pair: versus('page', 'gateway', 'bare') },
  { what: 'page against the bare handler', atLeast: 0.9, on: 'server', pair: versus('page', 'gateway', 'bare') },
  { what: 'page against Mercurius with JIT', atLeast: 1, pair: versus('page', 'gateway', 'mercurius with JIT') },
  { what: 'page against Yoga with JIT', atLeast: 1, pair: versus('page', 'gateway', 'yoga with JIT') },
  { what: 'page against the naive stack', atLeast: 40, pair: versus('page', 'gateway', 'naive') },
  { what: 'small question against the bare handler', atLeast: 0.5, pair: versus('small', 'gateway', 'bare') },
  {
    what: 'ingest over HTTP against a bare insert',
    atLeast: 0.45,
    on: 'server',
    pair: versus('ingest', HTTP, 'bare insert'),
  },
  {
    what: 'ingest over HTTP against the naive way',
    atLeast: 20,
    on: 'server',
    pair: versus('ingest', HTTP, 'naive'),
  },
  {
    what: "ingest over HTTP, SQLite against the server's",
    atLeast: 1,
    on: 'SQLite',
    pair: (of, all) => [
      named(of, 'ingest', HTTP),
      named(
        all.filter(({ database }) => database !== 'SQLite'),
        'ingest',
        HTTP,
      ),
    ],
  },
  {
    what: 'recordUsage against POST /v1/usage',
    atLeast: 0.7,
    pair: versus('ingest', 'recordUsage, batches of 500', 'HTTP, batches of 500'),
  },
  { what: 'p99 of a question during ingest, at rest', atMost: 10, pair: versus('mixed', 'during ingest', 'at rest') },
  { what: 'tenant-month by day, large books and small', atMost: 2, pair: grown('tenant by meter and day') },
  { what: 'all tenants, month, large books and small', atMost: 2, pair: grown('all tenants by meter') },
  { what: 'per CSP subscription, large books and small', atMost: 2, pair: grown('per CSP subscription') },
  { what: 'page at mid-depth, large books and small', atMost: 1.5, pair: grown('page at mid-depth') },
  { what: 'bytes a record against the naive schema', atMost: 0.35, pair: versus('disk', 'gateway', 'naive schema') },
  {
    what: 'memory at the end against early on',
    atMost: 1.1,
    pair: (of) => {
      const [early, late] = of.filter(({ contest }) => contest.startsWith('memory'));
      return [late, early];
    },
  },
];

/** A target that was measured. */
export interface Verdict {
  readonly what: string;
  readonly database: string;
  readonly target: string;
  readonly measured: number;
  /** By processor time; null where it was not measured. */
  readonly byCpu: number | null;
  /** How far off, as a share of the target; 0 where it is met. */
  readonly missedBy: number;
}

/** Every target for which the run has both contestants. */
export function verdictsOf(all: readonly Series[]): readonly Verdict[] {
  const databases = [...new Set(all.map(({ database }) => database))];
  return TARGETS.flatMap(({ what, atLeast, atMost, on, pair }) =>
    databases
      .filter((database) => on === undefined || (database === 'SQLite') === (on === 'SQLite'))
      .flatMap((database): readonly Verdict[] => {
        const own = all.filter((series) => series.database === database);
        const [of, to] = pair(own, all);
        if (of === undefined || to === undefined) return [];
        const measured = ratioOf(of, to);
        const missedBy = Math.max(
          0,
          atLeast === undefined ? 0 : 1 - measured / atLeast,
          measured / (atMost ?? Infinity) - 1,
        );
        const target = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
        return [{ what, database, target, measured, byCpu: cpuRatioOf(of, to), missedBy }];
      }),
  );
}

/** The verdicts as a table of Markdown. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const cells = verdicts.map(({ what, database, target, measured, byCpu, missedBy }) => [
    what,
    database,
    target,
    measured.toFixed(2),
    byCpu?.toFixed(2) ?? '',
    missedBy === 0 ? 'yes' : 'no',
  ]);
  const head = ['what', 'database', 'target', 'measured', 'by CPU', 'met'];
  return markdownTable([head, ...cells]);
}

/** One line that says how many targets are met, and which are missed by more than may be chance. */
export function sentenceOf(verdicts: readonly Verdict[]): string {
  const met = verdicts.filter(({ missedBy }) => missedBy === 0).length;
  const far = farOff(verdicts).map(({ what, database, measured }) => `${what} (${database}): ${measured.toFixed(2)}`);
  return `${met} of ${verdicts.length} targets met; missed by more than 15 %: ${far.join(', ') || 'none'}`;
}

/** Those missed by more than 15 %. */
export function farOff(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.filter(({ missedBy }) => !(missedBy <= TOLERANCE));
}

function named(all: readonly Series[], contest: string, contestant: string): Series | undefined {
  return all.find((series) => series.contest === contest && series.contestant === contestant);
}
