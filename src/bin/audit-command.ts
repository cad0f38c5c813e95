import { EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { withProgress } from './progress.js';
import { verifyAuditChain } from '../access/audit-store.js';

/** Prints the hash of the last entry: noted elsewhere, it proves later that nothing before it was rewritten. */
export async function auditVerifyCommand(options: { readonly expect?: string }): Promise<void> {
  await withBooks(async ({ db }) => {
    const found = await withProgress((progress) =>
      db.inSnapshot((sql) =>
        verifyAuditChain(sql, options.expect ?? null, (entries) => progress.show(`${entries} entries were computed`)),
      ),
    );
    const { entries, hash, problem, holdsExpected } = found;
    if (problem !== null) {
      console.error(`The audit log was tampered with. ${problem} The ${entries} entries before it are as written.`);
      process.exitCode = EXIT.failed;
    } else if (holdsExpected === false) {
      console.error(`The audit log was rewritten: it no longer holds ${options.expect ?? ''}.`);
      process.exitCode = EXIT.failed;
    } else {
      console.log(
        `${entries} ${entries === 1 ? 'entry' : 'entries'}, all as written. The last one has the hash\n${hash}`,
      );
    }
  });
}
