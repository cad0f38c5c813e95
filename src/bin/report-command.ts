import { CommandError, EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { prepareReports } from '../pipeline/reporting/prepare-reports.js';
import { sendReports } from '../pipeline/reporting/send-reports.js';
import { chance } from '../primitives/chance.js';

/** Puts closed days into reports and sends what is due, once. Safe beside running gateways. */
export async function reportCommand(): Promise<void> {
  await withBooks(async (app) => {
    const prepared = await prepareReports(app);
    console.log(`${prepared} closed days were put into reports.`);
    const { commerce } = app;
    if (commerce === null) throw new CommandError('Nothing is sent: COMMERCE names no receiver.');
    const { signal } = new AbortController();
    const sent = await sendReports({ ...app, commerce, jitter: chance }, signal);
    console.log(
      `${sent.ACCEPTED} accepted, ${sent.REFUSED} refused, ${sent.GIVEN_UP} given up, ${sent.PENDING} failed and tried again later.`,
    );
    if (sent.REFUSED + sent.GIVEN_UP + sent.PENDING > 0) process.exitCode = EXIT.failed;
  });
}
