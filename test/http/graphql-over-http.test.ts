import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { auditResults } from '../support/http-audits.js';

describeOnSqlite('GraphQL over HTTP', (server) => {
  it('passes all 61 audits of graphql-http', async () => {
    const gateway = await openTestGateway(server);
    const origin = await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    const results = await auditResults(`${origin}/graphql`, await gateway.token('AUDITOR'));
    await gateway.close();
    expect(results).toHaveLength(61);
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
  });
});
