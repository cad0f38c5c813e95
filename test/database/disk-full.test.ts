import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { guid, registerStamp } from '../support/world.js';

const REGISTER = `mutation ($input: RegisterTenantInput!) { registerTenant(input: $input) {
  tenant { name } userErrors { code } } }`;
const input = (name: string) => ({ input: { registration: 'hub', tenantId: guid(name), name } });

/** Leaves the database no room for another tenant; answers what gives it back. */
async function fill({ app }: TestGateway, { dialect }: TestServer): Promise<() => Promise<void>> {
  const { source } = app.db;
  if (dialect === 'sqlite') {
    const [{ page_count: pages } = { page_count: 0 }] =
      await source.query<{ page_count: number }[]>('PRAGMA page_count');
    await source.query(`PRAGMA max_page_count = ${pages}`);
    // The free room within the last pages goes first.
    await source.query('CREATE TABLE filler (x TEXT)').catch(() => undefined);
    return async () => {
      await source.query('PRAGMA max_page_count = 1073741823');
    };
  }
  // A server's files cannot be filled from here. A trigger has it answer what it answers when they are.
  await source.query(`CREATE TRIGGER without_room BEFORE INSERT ON tenant FOR EACH ROW
    SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'`);
  return async () => {
    await source.query('DROP TRIGGER without_room');
  };
}

describeEachDatabase('a full disk', (server) => {
  it('is named as such to callers and by /readyz, and is over with the next write that succeeds', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    const readiness = async () => (await gateway.http.inject('/readyz')).json<object>();
    expect(await readiness()).toMatchObject({ status: 'ready' });
    const makeRoom = await fill(gateway, server);

    let refused = null;
    for (let time = 0; refused === null && time < 2_000; time += 1) {
      const { errors } = await gateway.ask('OPERATOR', REGISTER, input(`Contoso ${time} ${'x'.repeat(150)}`));
      refused = errors[0] ?? null;
    }
    expect(refused).toMatchObject({
      message: expect.stringContaining('The disk of the database is full.') as string,
      extensions: { code: 'UNAVAILABLE' },
    });
    expect(await readiness()).toEqual({ status: 'not ready', reason: 'the disk of the database is full' });

    await makeRoom();
    const { data, errors } = await gateway.ask('OPERATOR', REGISTER, input('Fabrikam'));
    expect({ data, errors }).toEqual({
      data: { registerTenant: { tenant: { name: 'Fabrikam' }, userErrors: [] } },
      errors: [],
    });
    expect(await readiness()).toMatchObject({ status: 'ready' });
    await gateway.close();
  });
});
