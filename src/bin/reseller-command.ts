import { withBooks } from './open-books.js';
import { textTable } from './text-table.js';
import { COMMAND_LINE } from '../access/actor.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { registerReseller } from '../tenancy/register-tenant.js';
import { listResellers } from '../tenancy/tenancy-store.js';

const ROWS_PER_READ = 200;

/** Makes an indirect partner known, so that tenants can be given to it. */
export async function resellerRegisterCommand(name: string, { partner }: { readonly partner?: string }): Promise<void> {
  await withBooks(async (app) => {
    const reseller = await registerReseller(app, { name, partnerId: partner, by: COMMAND_LINE });
    console.log(`Registered reseller ${reseller.name}.`);
  });
}

/** Prints the resellers. */
export async function resellerListCommand(): Promise<void> {
  await withBooks(async ({ db }) => {
    const rows: string[][] = [];
    for (let afterId = 0; ;) {
      const found = await listResellers(db.reader, WHOLE_BOOKS, {}, { afterId, limit: ROWS_PER_READ });
      rows.push(...found.map(({ name, partnerId }) => [name, partnerId ?? '']));
      if (found.length < ROWS_PER_READ) break;
      afterId = found.at(-1)?.id ?? 0;
    }
    if (rows.length === 0) console.log('There are no resellers.');
    else console.log(textTable(['reseller', 'partner'], rows));
  });
}
