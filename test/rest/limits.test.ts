import { PROVIDER_PATH, azure, usageUrl } from '../support/azure.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { guid, registerStamp } from '../support/world.js';

describeOnSqlite("the limits of Azure's APIs", (server) => {
  it("take from the same points as GraphQL, and say in Azure's words when to come back", async () => {
    const env = { COST_MAX: '100', COST_BUCKET_SIZE: '300', COST_PER_SECOND: '1' };
    const gateway = await openTestGateway(server, { now: '2026-03-12T12:30:00Z', env });
    await registerStamp(gateway.app);
    const url = usageUrl(PROVIDER_PATH, guid('base hub'));
    const first = await azure(gateway, 'OPERATOR', url);
    expect(first.status).toBe(200);
    expect(String(first.headers['x-ms-ratelimit-remaining-subscription-reads'])).toBe('0');
    const refused = await azure(gateway, 'OPERATOR', url);
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'TooManyRequests' } } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await azure(gateway, 'AUDITOR', url)).status).toBe(200);
    await gateway.close();
  });
});
