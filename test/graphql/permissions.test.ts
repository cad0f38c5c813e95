import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { push, registerCustomer, registerPartner, registerStamp, usageRecord } from '../support/world.js';

const STACK = '22222222-0000-4000-8000-000000000001';
const RANGE = '{ from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }';

const aggregates = (filter: string) => `usageAggregates(range: ${RANGE}, filter: { ${filter} }) { nodes { quantity } }`;

describeOnSqlite('what a role may not see', (server) => {
  it('is refused with FORBIDDEN at its path, and everything beside it is answered', async () => {
    const { gateway, tenantUser } = await openWorld();
    const { data, errors } = await gateway.ask(
      tenantUser,
      '{ tenants { nodes { name createdBy mapping { id } mappingHistory { id } reseller { name } } } }',
    );
    expect(data.tenants.nodes).toEqual([
      { name: 'Contoso', createdBy: null, mapping: null, mappingHistory: null, reseller: null },
    ]);
    expect(errors.map(({ path, extensions }) => [path?.at(-1), extensions?.['code']]).sort()).toEqual([
      ['createdBy', 'FORBIDDEN'],
      ['mapping', 'FORBIDDEN'],
      ['mappingHistory', 'FORBIDDEN'],
      ['reseller', 'FORBIDDEN'],
    ]);
    await gateway.close();
  });

  it('is named once, in however many rows it was asked for', async () => {
    const { gateway, tenantUser } = await openWorld();
    const others = await Promise.all(
      ['Fabrikam', 'Tailspin'].map((name) => registerCustomer(gateway.app, 'hub', name, {})),
    );
    const tenants = [...tenantUser.tenants, ...others.map(({ tenantId }) => tenantId)];
    const question = '{ tenants { nodes { name reseller { name } also: mapping { id } } } }';
    for (let time = 0; time < 4; time += 1) {
      const { data, errors } = await gateway.ask({ ...tenantUser, tenants }, question);
      expect(data.tenants.nodes.map(({ name }: { name: string }) => name)).toHaveLength(3);
      expect(errors.map(({ path }) => path)).toEqual([
        ['tenants', 'nodes', 0, 'reseller'],
        ['tenants', 'nodes', 0, 'also'],
      ]);
    }
    await gateway.close();
  });

  it('takes the object around it along where it is never null, as docs/access.md says', async () => {
    const { gateway, tenantUser } = await openWorld();
    const { data, errors } = await gateway.ask(tenantUser, '{ viewer { role } registrations { nodes { name } } }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['registrations'], extensions: { code: 'FORBIDDEN' } }]);
    await gateway.close();
  });

  it('cannot be found out by a filter either', async () => {
    const { gateway, tenantUser } = await openWorld();
    const id = '22222222-0000-4000-8000-000000000009';
    const questions: readonly [string, readonly string[]][] = [
      ['tenants(isMapped: true) { nodes { name } }', ['isMapped']],
      ['tenants(reseller: "Northwind") { nodes { name } }', ['reseller']],
      [aggregates('resellers: ["Northwind"]'), ['filter', 'resellers']],
      [aggregates('reasons: [MAPPED]'), ['filter', 'reasons']],
      [aggregates(`cspSubscriptionIds: ["${id}"]`), ['filter', 'cspSubscriptionIds']],
      [`usageSummary(range: ${RANGE}, groupBy: [DESTINATION]) { nodes { quantity } }`, ['groupBy']],
    ];
    for (const [question, field] of questions) {
      const { errors } = await gateway.ask(tenantUser, `{ ${question} }`);
      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN', field }]);
    }
    await gateway.close();
  });

  it('is answered by node like something that does not exist', async () => {
    const { gateway, tenantUser } = await openWorld();
    const seen = await gateway.ask('OPERATOR', '{ resellers { nodes { id } } cspSubscriptions { nodes { id } } }');
    const ids: string[] = [seen.data.resellers.nodes[0].id, seen.data.cspSubscriptions.nodes[0].id];
    const random = ids.map((id) => Buffer.from(Buffer.from(id, 'base64url').toString().replace(/\d+$/, '999')));
    const all = [...ids, ...random.map((bytes) => bytes.toString('base64url'))];
    const answer = await gateway.ask(tenantUser, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: all });
    expect(answer).toEqual({ status: 200, data: { nodes: [null, null, null, null] }, errors: [] });
    await gateway.close();
  });

  async function openWorld(): Promise<{
    gateway: TestGateway;
    tenantUser: { role: 'TENANT_USER'; tenants: string[] };
  }> {
    const gateway = await openTestGateway(server);
    const registration = await registerStamp(gateway.app);
    await registerPartner(gateway.app, 'Northwind');
    const { tenantId } = await registerCustomer(gateway.app, 'hub', 'Contoso', {
      reseller: 'Northwind',
      stackSubscriptions: [STACK],
    });
    await push(gateway.app, registration, [usageRecord({ stackSubscriptionId: STACK })]);
    return { gateway, tenantUser: { role: 'TENANT_USER', tenants: [tenantId] } };
  }
});
