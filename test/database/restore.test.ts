import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { pendingMigrations } from '../../src/database/migrate.js';
import { openSqliteFile } from '../../src/database/sqlite-driver.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { guid, push, registerStamp, usageRecord } from '../support/world.js';

describeOnSqlite('a backup that was made while the gateway ran', (server) => {
  it('is whole, keeps its promises, and takes back what came after it when that is sent again', async () => {
    const gateway = await openTestGateway(server);
    const { app, clock } = gateway;
    const stamp = await registerStamp(app);
    const usage = { stackSubscriptionId: guid('contoso'), usageStartTime: '2026-03-08T01:00:00Z' };
    const before = [usageRecord({ ...usage, id: 'a' }), usageRecord({ ...usage, id: 'b' })];
    const after = usageRecord({ ...usage, id: 'c', quantity: '0.1' });
    clock.set('2026-03-08T05:00:00Z');
    await push(app, stamp, before);
    clock.set('2026-03-09T12:00:00Z');
    await closeDueDays(app, { graceMs: 0, by: 'test' });

    // What `sqlite3 usage.sqlite ".backup …"` does.
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-backup-'));
    const file = join(folder, 'restored.sqlite');
    const live = openSqliteFile(app.config.databaseUrl.replace('sqlite:', ''), { readonly: true });
    await live.backup(file);
    live.close();
    await push(app, stamp, [after]);
    await gateway.close();

    const restored = await createApp(readConfig({ DATABASE_URL: `sqlite:${file}`, DATA_FOLDER: folder }), { clock });
    expect(await pendingMigrations(restored.db)).toEqual([]);
    const again = await push(restored, stamp, [...before, after]);
    expect(again.verdicts.map(({ verdict }) => verdict)).toEqual(['DUPLICATE', 'DUPLICATE', 'ACCEPTED']);
    const laws = await checkInvariants({ sql: restored.db.reader, routingTables: restored.routingTables }, WHOLE_BOOKS);
    expect(laws.filter(({ holds }) => !holds)).toEqual([]);
    await restored.close();
    await rm(folder, { recursive: true });
  });
});
