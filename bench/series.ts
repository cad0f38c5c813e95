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
   * The same in answers per second of the server's processor time; null where the system does not tell, or the unit is
   * another. It decides where the load generator was slower than a server.
   */
  readonly perCpuSecond?: readonly number[] | null;
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
  if (of.perCpuSecond == null || to.perCpuSecond == null) return null;
  return ratioOfRounds(of.perCpuSecond, to.perCpuSecond);
}

function ratioOfRounds(of: readonly number[], to: readonly number[]): number {
  return median(of.map((value, round) => value / (to[round] ?? NaN)));
}

/** A table for people: medians, and ratios to the first contestant of the contest on the database. */
export function tableOf(all: readonly Series[]): string {
  const rows = all.map((series) => {
    const first = all.find(({ contest, database }) => contest === series.contest && database === series.database);
    const byCpu = first === undefined ? null : cpuRatioOf(series, first);
    return [
      series.contest,
      series.database,
      series.contestant,
      `${figure(median(series.rounds))} ${series.unit}${series.isGeneratorBound === true ? ' *' : ''}`,
      first === undefined ? '' : ratioOf(series, first).toFixed(2),
      byCpu?.toFixed(2) ?? '',
      series.p50 === undefined ? '' : figure(series.p50),
      series.p99 === undefined ? '' : figure(series.p99),
    ];
  });
  const isBound = all.some((series) => series.isGeneratorBound);
  const note = isBound ? ['* The load generator was slower than the server: its ratio is by processor time.'] : [];
  const head = ['contest', 'database', 'contestant', 'median', 'ratio', 'by CPU', 'p50 ms', 'p99 ms'];
  return [aligned([head, ...rows]), ...note].join('\n');
}

/** Columns as wide as their widest cell. */
export function aligned(rows: readonly (readonly string[])[]): string {
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
export function figure(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
