import { REFUSALS_PER_MINUTE_MAX } from '../../src/access/refusals.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';

interface Entry {
  readonly action: string;
  readonly code: string | null;
  readonly subject: string;
  readonly target: string;
  readonly after: string | null;
}

const LOG = '{ auditLog(first: 200) { nodes { action code subject target after } } verifyAuditLog { isIntact } }';
const REGISTER = `mutation { registerTenant(input: { registration: "none", tenantId: "%", name: "x" }) { userErrors { code } } }`;
const GUID = '22222222-0000-4000-8000-000000000001';

describeEachDatabase('changes that are refused', (server) => {
  it('have an entry each up to a bound, and then one with a count for a caller and minute', async () => {
    const gateway = await openTestGateway(server);
    for (let time = 0; time < REFUSALS_PER_MINUTE_MAX + 5; time += 1) await refuse(gateway, 'CSP_ADMIN');
    await gateway.ask('TENANT_USER', 'mutation { revokeApiKey(input: { keyId: "x" }) { userErrors { code } } }');
    expect(countOf(await entries(gateway), 'registerTenant')).toBe(REFUSALS_PER_MINUTE_MAX);

    // Nobody is refused any more; the minute ends.
    await gateway.app.refusals.flush();
    expect(countOf(await entries(gateway), 'moreRefusals')).toBe(0);
    gateway.clock.set('2026-03-10T12:31:00Z');
    await gateway.app.refusals.flush();
    await gateway.app.refusals.flush();
    const [count, ...others] = await entries(gateway);
    expect(count).toEqual({
      action: 'moreRefusals',
      code: null,
      subject: 'test-csp_admin',
      target: '5 more in the minute from 2026-03-10T12:30:00.000Z',
      after: JSON.stringify({ 'registerTenant RegistrationNotFound': 5 }),
    });
    expect(countOf(others, 'revokeApiKey')).toBe(1);
    expect(others).toHaveLength(REFUSALS_PER_MINUTE_MAX + 1);

    // In the next minute, each has an entry again.
    await refuse(gateway, 'CSP_ADMIN');
    expect(countOf(await entries(gateway), 'registerTenant')).toBe(REFUSALS_PER_MINUTE_MAX + 1);
    await gateway.close();
  });

  it('are written down with their count when the gateway stops, and when the next one comes', async () => {
    const gateway = await openTestGateway(server);
    const other = await gateway.second();
    for (let time = 0; time < REFUSALS_PER_MINUTE_MAX + 2; time += 1) {
      await refuse(gateway, 'CSP_ADMIN');
      await other.refusals.record(other, ACTOR, REFUSAL);
    }
    await other.refusals.close();
    const atStop = await entries(gateway);
    expect(atStop.filter(({ action }) => action === 'moreRefusals').map(({ subject }) => subject)).toEqual(['portal']);
    gateway.clock.set('2026-03-10T12:31:00Z');
    await refuse(gateway, 'OPERATOR');
    expect(countOf(await entries(gateway), 'moreRefusals')).toBe(2);
    await gateway.close();
  });
});

const ACTOR = { subject: 'portal', role: 'CSP_ADMIN', credential: 'API_KEY', requestId: null, once: null } as const;
const REFUSAL = { action: 'mapTenant', code: 'FORBIDDEN', target: '', registrationId: null };

async function refuse(gateway: TestGateway, who: Who): Promise<void> {
  const { data } = await gateway.ask(who, REGISTER.replace('%', GUID));
  expect(data.registerTenant.userErrors).toHaveLength(1);
}

async function entries(gateway: TestGateway): Promise<readonly Entry[]> {
  const { data } = await gateway.ask('AUDITOR', LOG);
  expect(data.verifyAuditLog.isIntact).toBe(true);
  return data.auditLog.nodes as readonly Entry[];
}

function countOf(list: readonly Entry[], action: string): number {
  return list.filter((entry) => entry.action === action).length;
}
