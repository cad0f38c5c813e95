import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { METERS, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

describeEachDatabase('POST /v1/usage', (server) => {
  it('answers a verdict on each record, in order, and GraphQL then shows what was accepted', async () => {
    const gateway = await openTestGateway(server);
    const stack = '22222222-0000-4000-8000-000000000001';
    await registerStamp(gateway.app);
    await registerCustomer(gateway.app, 'hub', 'Contoso', { stackSubscriptions: [stack] });
    const records = [
      usageRecord({ id: 'a', stackSubscriptionId: stack, quantity: '0.1' }),
      usageRecord({ id: 'b', stackSubscriptionId: stack, quantity: 'NaN' }),
      usageRecord({ id: 'a', stackSubscriptionId: stack, quantity: '0.1' }),
      usageRecord({ id: 'a', stackSubscriptionId: stack, quantity: '0.2' }),
    ];
    const response = await gateway.http.inject({
      method: 'POST',
      url: '/v1/usage?registration=hub',
      headers: {
        authorization: `Bearer ${await gateway.token({ role: 'INGESTOR', registrations: ['hub'] })}`,
        'content-type': 'application/json',
      },
      payload: JSON.stringify(records),
    });
    expect(response.statusCode).toBe(200);
    expect(response.json<{ verdicts: { verdict: string }[] }>().verdicts.map(({ verdict }) => verdict)).toEqual([
      'ACCEPTED',
      'REJECTED',
      'DUPLICATE',
      'CONFLICT',
    ]);

    const { data, errors } = await gateway.ask(
      'OPERATOR',
      `{ usageAggregates(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }) {
           nodes { quantity meter { meterId } tenant { name } destination { reason } } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.usageAggregates).toEqual({
      nodes: [
        {
          quantity: '0.1',
          meter: { meterId: METERS.vmHours },
          tenant: { name: 'Contoso' },
          destination: { reason: 'TENANT_NOT_MAPPED' },
        },
      ],
    });
    await gateway.close();
  });

  it('counts a record once when two processes take it in', async () => {
    const gateway = await openTestGateway(server);
    const registration = await registerStamp(gateway.app);
    const other = await gateway.second();
    const receipts = await Promise.all([
      push(gateway.app, registration, [usageRecord()]),
      push(other, registration, [usageRecord()]),
    ]);
    expect(receipts.map(({ accepted }) => accepted).sort()).toEqual([0, 1]);
    await gateway.close();
  });
});
