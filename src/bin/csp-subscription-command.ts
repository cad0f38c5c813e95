import { withBooks } from './open-books.js';
import { textTable } from './text-table.js';
import { COMMAND_LINE } from '../access/actor.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { getRegistration } from '../registration/registration-store.js';
import { addCspSubscription } from '../tenancy/add-csp-subscription.js';
import { listCspSubscriptions, listTenants } from '../tenancy/tenancy-store.js';
import { updateCspSubscription } from '../tenancy/update-csp-subscription.js';

const ROWS_PER_READ = 200;

/** Makes a customer's Azure subscription known; of the registration's partner, where no other is named. */
export async function cspSubscriptionAddCommand(
  cspSubscriptionId: string,
  options: { readonly registration: string; readonly tenant: string; readonly name: string; readonly partner?: string },
): Promise<void> {
  const { registration: named, tenant: tenantId, name, partner } = options;
  await withBooks(async (app) => {
    const registration = await getRegistration(app.db.reader, WHOLE_BOOKS, named);
    const partnerId = partner ?? registration.partnerId ?? '';
    const input = { registration: registration.name, tenantId, cspSubscriptionId, name, partnerId };
    const row = await addCspSubscription(app, WHOLE_BOOKS, { ...input, offer: 'CSP', by: COMMAND_LINE });
    console.log(`Added CSP subscription ${row.cspSubscriptionGuid} (${row.name}). Nothing is billed to it yet.`);
  });
}

/** Renames a CSP subscription. */
export async function cspSubscriptionUpdateCommand(
  cspSubscriptionId: string,
  { registration, name }: { readonly registration: string; readonly name: string },
): Promise<void> {
  await withBooks(async (app) => {
    const input = { registration, cspSubscriptionId, name, by: COMMAND_LINE };
    const row = await updateCspSubscription(app, WHOLE_BOOKS, input);
    console.log(`Updated CSP subscription ${row.cspSubscriptionGuid} (${row.name}).`);
  });
}

/** Prints the CSP subscriptions of a registration. */
export async function cspSubscriptionListCommand({
  registration: name,
}: {
  readonly registration: string;
}): Promise<void> {
  await withBooks(async ({ db }) => {
    const sql = db.reader;
    const { id: registrationId } = await getRegistration(sql, WHOLE_BOOKS, name);
    const rows: string[][] = [];
    for (let afterId = 0; ;) {
      const page = { afterId, limit: ROWS_PER_READ };
      const found = await listCspSubscriptions(sql, WHOLE_BOOKS, { registrationId }, page);
      const ids = found.map(({ tenantId }) => tenantId);
      const tenants = await listTenants(sql, WHOLE_BOOKS, { ids }, { afterId: 0, limit: ids.length });
      const tenantOf = new Map(tenants.map((tenant) => [tenant.id, tenant]));
      rows.push(
        ...found.map((row) => {
          const tenant = tenantOf.get(row.tenantId);
          return [row.cspSubscriptionGuid, row.name, tenant?.tenantGuid ?? '', tenant?.name ?? '', row.partnerId];
        }),
      );
      if (found.length < ROWS_PER_READ) break;
      afterId = found.at(-1)?.id ?? 0;
    }
    if (rows.length === 0) console.log(`${name} has no CSP subscriptions.`);
    else console.log(textTable(['CSP subscription', 'name', 'tenant', 'its name', 'partner'], rows));
  });
}
