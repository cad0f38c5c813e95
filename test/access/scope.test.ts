import type { Principal } from '../../src/access/principal.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway, principalOf } from '../support/gateway.js';
import type { Who } from '../support/gateway.js';
import { guid, registerCustomer, registerPartner, registerStamp } from '../support/world.js';

const CONTOSO = guid('tenant Contoso');
const FABRIKAM = guid('tenant Fabrikam');

describeOnSqlite('the rows that a credential reaches', (server) => {
  it('lie in every one of its limits: an intersection, and never a union', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app, 'hub');
    await registerStamp(gateway.app, 'edge');
    await registerPartner(gateway.app, 'Northwind');
    await registerPartner(gateway.app, 'Adatum');
    await registerCustomer(gateway.app, 'hub', 'Contoso', { reseller: 'Northwind' });
    await registerCustomer(gateway.app, 'hub', 'Fabrikam', { reseller: 'Adatum' });
    await registerCustomer(gateway.app, 'edge', 'Tailwind', { reseller: 'Northwind' });
    const seen = async (who: Who) => {
      const { data } = await gateway.ask(who, '{ tenants { nodes { name } } }');
      return data.tenants.nodes.map(({ name }: { name: string }) => name);
    };
    expect(await seen('OPERATOR')).toEqual(['Contoso', 'Fabrikam', 'Tailwind']);
    expect(await seen({ role: 'RESELLER', resellers: ['northwind'] })).toEqual(['Contoso', 'Tailwind']);
    expect(await seen({ role: 'RESELLER', resellers: ['Northwind'], registrations: ['hub'] })).toEqual(['Contoso']);
    expect(await seen({ role: 'RESELLER', resellers: ['Northwind'], tenants: [FABRIKAM] })).toEqual([]);
    expect(await seen({ role: 'TENANT_USER', tenants: [CONTOSO, FABRIKAM] })).toEqual(['Contoso', 'Fabrikam']);
    expect(await seen({ role: 'TENANT_USER', tenants: [CONTOSO], registrations: ['edge'] })).toEqual([]);
    expect(await seen({ role: 'AUDITOR', registrations: ['edge'], tenants: [CONTOSO] })).toEqual([]);
    expect(await seen({ role: 'AUDITOR', registrations: [] })).toEqual([]);
    await gateway.close();
  });

  it('are there from the moment a name stands for something, whatever its case', async () => {
    const gateway = await openTestGateway(server);
    const { app } = gateway;
    const reached = async (...registrations: string[]) =>
      (await app.resolveScope(app.db.reader, { ...principalOf('AUDITOR'), registrations })).registrationIds;
    expect(await reached('Hub')).toEqual([]);
    const hub = await registerStamp(app, 'hub');
    expect(await reached('Hub')).toEqual([hub.id]);
    expect(await reached('hub', 'edge')).toEqual([hub.id]);
    const edge = await registerStamp(app, 'edge');
    expect(await reached('EDGE', 'HUB')).toEqual([edge.id, hub.id]);
    await gateway.close();
  });

  it('are none for names that stand for nothing, and never all of them', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app, 'hub');
    await registerCustomer(gateway.app, 'hub', 'Contoso');
    const nothing: readonly Partial<Principal>[] = [
      { registrations: ['gone'] },
      { tenants: [guid('gone')] },
      { resellers: ['gone'] },
      { tenants: [] },
      { resellers: [] },
    ];
    for (const limits of nothing) {
      const { tenantIds, registrationIds } = await gateway.app.resolveScope(gateway.app.db.reader, {
        ...principalOf('AUDITOR'),
        ...limits,
      });
      const reached = tenantIds === 'all' ? registrationIds : tenantIds;
      expect([limits, reached]).toEqual([limits, []]);
    }
    await gateway.close();
  });
});
