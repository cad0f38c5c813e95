/** When reported days are closed, and by whom. */
import { flag, whole } from './variable.js';
import type { Variable } from './variable.js';

/** When `serve` closes reported days. */
export interface ClosingConfig {
  /** Whether `serve` closes and reports by itself. */
  readonly isAutomatic: boolean;
  /** How long after its end a reported day of pushed usage stays open, in milliseconds. */
  readonly graceMs: number;
  /** How often `serve` looks for days to close, in milliseconds. */
  readonly everyMs: number;
  /** How often `serve` looks for reports to make and to send, in milliseconds. */
  readonly reportEveryMs: number;
}

/** Variables of the environment that say so, as the operations guide lists them. */
export const CLOSING_VARIABLES: readonly Variable[] = [
  {
    name: 'BACKGROUND_TASKS',
    meaning: 'false keeps `serve` from closing and reporting by itself; any number of processes may do it.',
    default: 'true',
  },
  {
    name: 'CLOSE_GRACE_HOURS',
    meaning: 'How long after its end a reported day of pushed usage stays open.',
    default: '6',
  },
  {
    name: 'CLOSE_EVERY_SECONDS',
    meaning: 'How often `serve` looks for reported days that are due to be closed.',
    default: '60',
  },
  {
    name: 'REPORT_EVERY_SECONDS',
    meaning: 'How often `serve` looks for closed days to report, and for reports to send.',
    default: '15',
  },
];

const MS_PER_HOUR = 3_600_000;

/** How each variable is read. */
export const closingShape = {
  BACKGROUND_TASKS: flag('true'),
  CLOSE_GRACE_HOURS: whole(0, 720).default(6),
  CLOSE_EVERY_SECONDS: whole(1, 86_400).default(60),
  REPORT_EVERY_SECONDS: whole(1, 86_400).default(15),
};

/** The configuration of closing, as it was read by `closingShape`. */
export function closingConfigOf(read: {
  readonly BACKGROUND_TASKS: boolean;
  readonly CLOSE_GRACE_HOURS: number;
  readonly CLOSE_EVERY_SECONDS: number;
  readonly REPORT_EVERY_SECONDS: number;
}): ClosingConfig {
  return {
    isAutomatic: read.BACKGROUND_TASKS,
    graceMs: read.CLOSE_GRACE_HOURS * MS_PER_HOUR,
    everyMs: read.CLOSE_EVERY_SECONDS * 1_000,
    reportEveryMs: read.REPORT_EVERY_SECONDS * 1_000,
  };
}
