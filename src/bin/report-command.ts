import { counted } from './counted.js';
import { CommandError, EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { withProgress } from './progress.js';
import { prepareReports } from '../pipeline/reporting/prepare-reports.js';
import { sendReports } from '../pipeline/reporting/send-reports.js';
import { chance } from '../primitives/chance.js';
import { countWaitingReports } from '../reading/reports.js';
import type { WaitingReports } from '../reading/reports.js';

/** Puts closed days into reports and sends what is due, once. Safe beside running gateways. */
export async function reportCommand(): Promise<void> {
  await withBooks(async (app) => {
    const { commerce } = app;
    const { prepared, sent } = await withProgress(async (progress) => {
      progress.show('Putting closed days into reports');
      const days = await prepareReports(app);
      if (commerce === null) return { prepared: days, sent: null };
      let count = 0;
      app.listen(({ stage }) => {
        if (stage === 'reporting') progress.show(`Sent ${counted((count += 1), 'report')}`);
      });
      const { signal } = new AbortController();
      return { prepared: days, sent: await sendReports({ ...app, commerce, jitter: chance }, signal) };
    });
    console.log(`${counted(prepared, 'closed day')} ${prepared === 1 ? 'was' : 'were'} put into reports.`);
    if (sent === null) throw new CommandError('Nothing is sent: COMMERCE names no receiver.');
    console.log(`${sent.ACCEPTED} accepted, ${sent.REFUSED} refused, ${sent.GIVEN_UP} given up.`);
    const waiting = await countWaitingReports(app.db.reader);
    for (const group of waiting) console.log(sentenceOn(group));
    if (sent.REFUSED + sent.GIVEN_UP + waiting.length > 0) process.exitCode = EXIT.failed;
  });
}

/** `1 waits until 2026-03-10 18:43 UTC (NetworkError).` */
function sentenceOn({ state, errorCode, count, dueAt }: WaitingReports): string {
  const until = `${new Date(dueAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const verb = count === 1 ? 'waits until' : 'wait, the first until';
  const why = state === 'SENDING' ? 'another process has begun to send' : (errorCode ?? 'not tried yet');
  return `${count} ${verb} ${until} (${why}).`;
}
