/** When `serve` closes reported days, and when it reports them. */
import { flag, hours, seconds } from './variable.js';

export const CLOSING = {
  isAutomatic: flag(
    'BACKGROUND_TASKS',
    true,
    'false keeps `serve` from closing and reporting by itself; any number of processes may do it.',
  ),
  graceMs: hours('CLOSE_GRACE_HOURS', 6, [0, 720], 'How long after its end a reported day of pushed usage stays open.'),
  everyMs: seconds(
    'CLOSE_EVERY_SECONDS',
    60,
    [1, 86_400],
    'How often `serve` looks for reported days that are due to be closed.',
  ),
  reportEveryMs: seconds(
    'REPORT_EVERY_SECONDS',
    15,
    [1, 86_400],
    'How often `serve` looks for closed days to report, and for reports to send.',
  ),
};
