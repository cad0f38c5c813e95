import { actorFor } from '../../src/access/actor.js';
import type { Actor } from '../../src/access/actor.js';
import { inputHashOf } from '../../src/access/idempotency-store.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { registerTenant } from '../../src/tenancy/register-tenant.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway, principalOf } from '../support/gateway.js';
import type { Who } from '../support/gateway.js';
import { guid, registerCustomer, registerPartner, registerStamp } from '../support/world.js';

const REGISTER = `mutation ($input: RegisterTenantInput!) { registerTenant(input: $input) {
  tenant { id name } userErrors { code field } } }`;
const input = (name: string, idempotencyKey?: string) => ({
  input: { registration: 'hub', tenantId: guid(name), name, idempotencyKey },
});

describeEachDatabase('a mutation under an idempotency key', (server) => {
  it('is done once, and answers the same again; without a key the second one is refused', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    const first = await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'));
    expect(first.data.registerTenant).toMatchObject({ tenant: { name: 'Contoso' }, userErrors: [] });
    expect(await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'))).toEqual(first);
    const plain = await gateway.ask('OPERATOR', REGISTER, input('Contoso'));
    expect(plain.data.registerTenant.userErrors).toEqual([{ code: 'ALREADY_EXISTS', field: ['tenantId'] }]);
    const { data } = await gateway.ask('AUDITOR', '{ auditLog(action: "registerTenant") { nodes { outcome } } }');
    expect(data.auditLog.nodes.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'DENIED',
      'REPLAYED',
      'DONE',
    ]);
    await gateway.close();
  });

  it('is done once when several processes are asked at the same time', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    const other = await gateway.second();
    const { registration, tenantId, name } = input('Contoso').input;
    const by: Actor = actorFor({ ...principalOf('OPERATOR'), credential: 'LOCAL_TOKEN', expiresAt: Infinity }, null, {
      key: 'k1',
      inputHash: inputHashOf({ tenantId }),
      keepMs: 1_000,
      scope: WHOLE_BOOKS,
      grantHash: '',
    });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        registerTenant(n % 2 === 0 ? gateway.app : other, WHOLE_BOOKS, { registration, tenantId, name, by }),
      ),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await gateway.close();
  });

  it('is forgotten after the configured time', async () => {
    const gateway = await openTestGateway(server, { env: { IDEMPOTENCY_HOURS: '2' } });
    await registerStamp(gateway.app);
    await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'));
    gateway.clock.set('2026-03-10T14:29:59Z');
    expect((await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'))).data.registerTenant.userErrors).toEqual(
      [],
    );
    gateway.clock.set('2026-03-10T14:30:00Z');
    expect((await gateway.ask('OPERATOR', REGISTER, input('Fabrikam', 'k1'))).data.registerTenant.userErrors).toEqual(
      [],
    );
    await gateway.close();
  });
});

const MAP = `mutation ($input: UnmapTenantInput!) { unmapTenant(input: $input) {
  tenant { name } userErrors { code field } } }`;

describeEachDatabase('an answer that is kept', (server) => {
  it('is given again to nobody who may not see any more what it is about', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    await registerPartner(gateway.app, 'Northwind');
    const { tenantId } = await registerCustomer(gateway.app, 'hub', 'Contoso', { reseller: 'Northwind' });
    const ofNorthwind = { role: 'CSP_ADMIN', resellers: ['Northwind'] } as const;
    const unmap = async (who: Who, idempotencyKey?: string) =>
      (await gateway.ask(who, MAP, { input: { registration: 'hub', tenantId, idempotencyKey } })).data.unmapTenant;
    const first = await unmap(ofNorthwind, 'k1');
    expect(first).toEqual({ tenant: { name: 'Contoso' }, userErrors: [] });
    expect(await unmap(ofNorthwind, 'k1')).toEqual(first);

    // A caller of the same name with another limit, and then the same caller, whose customer went to somebody else.
    const ofEdge = { ...ofNorthwind, resellers: 'all', registrations: ['edge'] } as const;
    const withoutRegistration = {
      tenant: null,
      userErrors: [{ code: 'RegistrationNotFound', field: ['registration'] }],
    };
    expect(await unmap(ofEdge, 'k1')).toEqual(withoutRegistration);
    const update = `mutation { updateTenant(input: { registration: "hub", tenantId: "${tenantId}", isWithoutReseller: true }) {
      userErrors { code } } }`;
    expect((await gateway.ask('OPERATOR', update)).data.updateTenant.userErrors).toEqual([]);
    const another = await registerCustomer(gateway.app, 'hub', 'Fabrikam', { reseller: 'Northwind' });
    expect(another.tenantId).not.toBe(tenantId);
    const kept = await unmap(ofNorthwind, 'k1');
    expect(kept).toEqual(await unmap(ofNorthwind));
    expect(kept).toEqual({ tenant: null, userErrors: [{ code: 'TENANT_NOT_FOUND', field: ['tenantId'] }] });
    expect(await unmap({ role: 'CSP_ADMIN' }, 'k1')).toEqual(first);
    await gateway.close();
  });

  it('about no registration is given to the same role with the same limits, or to who sees everything', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    await registerStamp(gateway.app, 'edge');
    const limited = { role: 'OPERATOR', registrations: ['hub'] } as const;
    const create = `mutation { createApiKey(input: {
      name: "x", role: INGESTOR, registrations: ["hub"], idempotencyKey: "k1" }) { apiKey { keyId } userErrors { code } } }`;
    const { apiKey } = (await gateway.ask(limited, create)).data.createApiKey;
    expect((await gateway.ask(limited, create)).data.createApiKey).toEqual({ apiKey, userErrors: [] });
    expect((await gateway.ask('OPERATOR', create)).data.createApiKey).toEqual({ apiKey, userErrors: [] });
    const other = { ...limited, registrations: ['hub', 'edge'] };
    expect((await gateway.ask(other, create)).data.createApiKey).toEqual({
      apiKey: null,
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    await gateway.close();
  });
});

describeOnSqlite('an idempotency key', (server) => {
  it('is refused with another input, and belongs to its caller and its mutation alone', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'));
    const other = await gateway.ask('OPERATOR', REGISTER, input('Fabrikam', 'k1'));
    expect(other.data.registerTenant).toEqual({
      tenant: null,
      userErrors: [{ code: 'IDEMPOTENCY_CONFLICT', field: ['idempotencyKey'] }],
    });
    const else_ = await gateway.ask('CSP_ADMIN', REGISTER, input('Fabrikam', 'k1'));
    expect(else_.data.registerTenant.userErrors).toEqual([]);
    const reseller = await gateway.ask(
      'OPERATOR',
      'mutation { registerReseller(input: { name: "Northwind", idempotencyKey: "k1" }) { userErrors { code } } }',
    );
    expect(reseller.data.registerReseller.userErrors).toEqual([]);
    await gateway.close();
  });

  it('keeps no answer of a refusal, so that it can be sent again when its reason is gone', async () => {
    const gateway = await openTestGateway(server);
    const before = await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'));
    expect(before.data.registerTenant.userErrors).toEqual([{ code: 'RegistrationNotFound', field: ['registration'] }]);
    await registerStamp(gateway.app);
    const after = await gateway.ask('OPERATOR', REGISTER, input('Contoso', 'k1'));
    expect(after.data.registerTenant.userErrors).toEqual([]);
    await gateway.close();
  });

  it('that makes an API key does not show the key a second time', async () => {
    const gateway = await openTestGateway(server);
    const create = () =>
      gateway.ask(
        'OPERATOR',
        'mutation { createApiKey(input: { name: "x", role: AUDITOR, idempotencyKey: "k1" }) { secret apiKey { keyId } } }',
      );
    const first = (await create()).data.createApiKey;
    expect(first.secret).toMatch(/^ugw_/);
    expect((await create()).data.createApiKey).toEqual({ secret: null, apiKey: first.apiKey });
    const kept = await gateway.app.db.reader.query('SELECT * FROM idempotent_answer');
    expect(JSON.stringify(kept)).not.toContain(first.secret.slice(21));
    await gateway.close();
  });

  it('has a key of 1 to 255 characters', async () => {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    for (const key of ['', 'x'.repeat(256)]) {
      const { data } = await gateway.ask('OPERATOR', REGISTER, input('Contoso', key));
      expect(data.registerTenant.userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['idempotencyKey'] }]);
    }
    await gateway.close();
  });
});

describe('the digest of an input', () => {
  it('does not depend on the order of its fields, nor on fields that are null or left out', () => {
    expect(inputHashOf({ a: 1, b: [{ c: '2', d: null }] })).toBe(inputHashOf({ b: [{ c: '2' }], a: 1, e: undefined }));
    expect(inputHashOf({ a: '1' })).not.toBe(inputHashOf({ a: 1 }));
    expect(inputHashOf({ a: ['b', 'c'] })).not.toBe(inputHashOf({ a: ['c', 'b'] }));
  });
});
