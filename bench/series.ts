/** What a contest measured, and what is read out of it. */
import { median } from './median.js';

/** One contestant in one contest on one database, round by round. */
export interface Series {
  readonly contest: string;
  readonly database: string;
  readonly contestant: string;
  /** What a round's number is, for example "answers/s". */
  readonly unit: string;
  readonly rounds: readonly number[];
  /**
   * The same of the server's processor time: answers per second of it, or milliseconds of it for an answer. Null where
   * the system does not tell. It decides where the load generator was slower than a server.
   */
  readonly byCpu?: readonly number[] | null;
  readonly isGeneratorBound?: boolean;
  /** Latencies in milliseconds, medians of the rounds. */
  readonly p50?: number;
  readonly p99?: number;
}

/**
 * The median of the ratios of each round, which took both on the same machine in the same minute. By what they gave in
 * a second of the clock, or, where the load generator was slower than one of them, in a second of their own processor
 * time.
 */
export function ratioOf(of: Series, to: Series): number {
  const isBound = of.isGeneratorBound === true || to.isGeneratorBound === true;
  return (isBound ? cpuRatioOf(of, to) : null) ?? ratioOfRounds(of.rounds, to.rounds);
}

/** The same by processor time alone, which a busy machine disturbs least; null where it was not measured. */
export function cpuRatioOf(of: Series, to: Series): number | null {
  if (of.byCpu == null || to.byCpu == null) return null;
  return ratioOfRounds(of.byCpu, to.byCpu);
}

function ratioOfRounds(of: readonly number[], to: readonly number[]): number {
  return median(of.map((value, round) => value / (to[round] ?? NaN)));
}

/** A table for people: medians, and ratios to the first contestant of the contest on the database. */
export function tableOf(all: readonly Series[]): string {
  const isBound = all.some((series) => series.isGeneratorBound);
  const note = isBound ? ['* The load generator was slower than the server: its ratio is by processor time.'] : [];
  return [aligned([HEAD, ...rowsOf(all)]), ...note].join('\n');
}

/** The same as a table of Markdown. */
export function markdownOf(all: readonly Series[]): string {
  return markdownTable([HEAD, ...rowsOf(all)]);
}

/** A table of Markdown; the first row is its head. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const all = [head, head.map((title) => '-'.repeat(title.length)), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const padded = (row: readonly string[], by: string) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0, by));
  return all.map((row, line) => `| ${padded(row, line === 1 ? '-' : ' ').join(' | ')} |`).join('\n');
}

const HEAD = ['contest', 'database', 'contestant', 'median', 'ratio', 'by CPU', 'p50 ms', 'p99 ms'];

function rowsOf(all: readonly Series[]): string[][] {
  return all.map((series) => {
    const first = all.find(({ contest, database }) => contest === series.contest && database === series.database);
    const base = first?.unit === series.unit ? first : undefined;
    const byCpu = base === undefined ? null : cpuRatioOf(series, base);
    return [
      series.contest,
      series.database,
      series.contestant,
      `${figure(median(series.rounds))} ${series.unit}${series.isGeneratorBound === true ? ' *' : ''}`,
      base === undefined ? '' : ratioOf(series, base).toFixed(2),
      byCpu?.toFixed(2) ?? '',
      series.p50 === undefined ? '' : figure(series.p50),
      series.p99 === undefined ? '' : figure(series.p99),
    ];
  });
}

/** Columns as wide as their widest cell. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three digits that matter. */
function figure(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
