import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { METERS, guid, registerStamp, usageRecord } from '../support/world.js';

const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  secret apiKey { sources } userErrors { code field } } }`;
const STACK = guid('stack subscription');
const SOURCE = 'Microsoft.Compute';

describeEachDatabase('a sender', (server) => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
  });
  afterEach(() => gateway.close());

  it('is the sources that its key names, so that a key that takes its place is told and may correct the same', async () => {
    const [first, second] = [await key([SOURCE]), await key([SOURCE])];
    await send(first, usageRecord({ id: 'a', quantity: '1' }));
    expect(await send(second, usageRecord({ id: 'a', quantity: '2' }))).toMatchObject({
      verdict: 'CONFLICT',
      code: 'RECORD_CONFLICT',
      stored: { quantity: '1' },
    });
    expect(await send(second, usageRecord({ id: 'fix', corrects: 'a', quantity: '-0.5' }))).toMatchObject({
      verdict: 'ACCEPTED',
    });
  });

  it('uses no source that its key does not name', async () => {
    const compute = await key([SOURCE]);
    const verdict = await send(compute, usageRecord({ id: 'a', source: 'Microsoft.Storage' }));
    expect(verdict).toMatchObject({ verdict: 'REJECTED', code: 'SOURCE_NOT_GRANTED', field: 'source' });
    const [row] = await gateway.app.db.reader.query<{ sources: number }>(
      'SELECT COUNT(*) AS sources FROM usage_source',
    );
    expect(Number(row?.sources)).toBe(0);
  });

  it('is told nothing of what another sender has under its id, and takes nothing of it', async () => {
    const [one, other] = [await key(), await key()];
    await send(one, usageRecord({ id: 'a', quantity: '123.5', corrects: null }));
    const taken = await send(other, usageRecord({ id: 'a', quantity: '2' }));
    expect(taken).toMatchObject({ verdict: 'CONFLICT', code: 'RECORD_ID_TAKEN' });
    expect(JSON.stringify(taken)).not.toContain('123.5');
    expect(taken).not.toHaveProperty('stored');
    // Sending the same again is safe, whoever does it; it tells no more than that.
    const same = await send(other, usageRecord({ id: 'a', quantity: '123.5' }));
    expect(same).toMatchObject({ verdict: 'DUPLICATE' });
    expect(same).not.toHaveProperty('stored');
    const { data } = await gateway.ask(
      'INGESTOR',
      `mutation { recordUsage(input: { registration: "hub", records: [
      { id: "a", source: "${SOURCE}", stackSubscriptionId: "${STACK}",
        meterId: "${METERS.vmHours}", resourceUri: "/vm", usageStartTime: "2026-03-10T10:00:00Z",
        usageEndTime: "2026-03-10T11:00:00Z", quantity: "1" }] }) {
      receipt { verdicts { code stored { quantity } } } } }`,
    );
    expect(data.recordUsage.receipt.verdicts).toEqual([{ code: 'RECORD_ID_TAKEN', stored: null }]);
    expect(await send(one, usageRecord({ id: 'a', quantity: '2' }))).toMatchObject({ stored: { quantity: '123.5' } });
    const operator = await gateway.token('OPERATOR');
    expect(await send(operator, usageRecord({ id: 'a', quantity: '2' }))).toMatchObject({
      stored: { quantity: '123.5' },
    });
  });

  it('hands on no sources that it does not have itself', async () => {
    const limited = { role: 'OPERATOR', sources: [SOURCE] } as const;
    const input = { name: 'k', role: 'INGESTOR', registrations: ['hub'] };
    for (const sources of [undefined, ['Microsoft.Storage']]) {
      const { data, errors } = await gateway.ask(limited, CREATE, { input: { ...input, sources } });
      expect([data, errors.map(({ extensions }) => extensions?.['code'])]).toEqual([null, ['FORBIDDEN']]);
    }
    const { data } = await gateway.ask(limited, CREATE, { input: { ...input, sources: [SOURCE] } });
    expect(data.createApiKey.apiKey).toEqual({ sources: [SOURCE] });
    const none = await gateway.ask('OPERATOR', CREATE, { input: { ...input, sources: [] } });
    expect(none.data.createApiKey.userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['sources'] }]);
  });

  async function key(sources?: readonly string[]): Promise<string> {
    const input = { name: 'sender', role: 'INGESTOR', registrations: ['hub'], ...(sources && { sources }) };
    const { data, errors } = await gateway.ask('OPERATOR', CREATE, { input });
    expect([errors, data.createApiKey.userErrors]).toEqual([[], []]);
    return data.createApiKey.secret as string;
  }

  async function send(credential: string, record: object): Promise<object> {
    const response = await gateway.http.inject({
      method: 'POST',
      url: '/v1/usage?registration=hub',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      payload: JSON.stringify([record]),
    });
    expect(response.statusCode).toBe(200);
    return response.json<{ verdicts: [object] }>().verdicts[0];
  }
});
