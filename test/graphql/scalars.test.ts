import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';

const RANGE = 'range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }';

describeOnSqlite('a value that is not what its place asks for', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
  });
  afterAll(() => gateway.close());

  it.each([
    [`usageSummary(${RANGE}, filter: { meterIds: [], tenantIds: ["x"] })`, 'filter.tenantIds[0] is not a GUID.'],
    [
      `usageSummary(range: { from: "2026", to: "2026-03-11T00:00:00Z" })`,
      'range.from is not a moment like 2026-01-31T13:00:00Z.',
    ],
    [
      `usageSummary(${RANGE}, filter: { meterIds: "6dab500f-a4fd-49c4-956d-229bb9c8c793", stackSubscriptionIds: 7 })`,
      'filter.stackSubscriptionIds is not a GUID.',
    ],
  ])('is named by its argument and its place there: %s', async (field, sentence) => {
    const { errors } = await gateway.ask('OPERATOR', `{ ${field} { nodes { quantity } } }`);
    expect(errors.map(({ message }) => message)).toEqual([sentence]);
    expect(errors[0]?.locations).toHaveLength(1);
    expect(errors[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('is named by its variable and its place there', async () => {
    const question = `query ($filter: UsageFilterInput) { usageSummary(${RANGE}, filter: $filter) { nodes { quantity } } }`;
    const { errors } = await gateway.ask('OPERATOR', question, { filter: { tenantIds: ['x'] } });
    expect(errors.map(({ message }) => message)).toEqual([
      'Variable "$filter" got invalid value "x" at "filter.tenantIds[0]"; This is not a GUID.',
    ]);
  });

  it('is named by the variable where its default is wrong', async () => {
    const question = `query ($id: [UUID!] = ["x"]) { usageSummary(${RANGE}, filter: { tenantIds: $id }) { nodes { quantity } } }`;
    const { errors } = await gateway.ask('OPERATOR', question);
    expect(errors[0]?.message).toBe('$id[0] is not a GUID.');
  });
});
