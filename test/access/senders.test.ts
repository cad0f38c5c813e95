import { sourcesFor } from '../../src/access/granted-sources.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { METERS, guid, registerStamp, usageRecord } from '../support/world.js';

const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  secret apiKey { sources } userErrors { code field } } }`;
const STACK = guid('stack subscription');
const SOURCE = 'Microsoft.Compute';
const PUSH = `mutation { recordUsage(input: { registration: "hub", records: [
      { id: "a", source: "${SOURCE}", stackSubscriptionId: "${STACK}",
        meterId: "${METERS.vmHours}", resourceUri: "/vm", usageStartTime: "2026-03-10T10:00:00Z",
        usageEndTime: "2026-03-10T11:00:00Z", quantity: "1" }] }) {
      receipt { verdicts { code stored { quantity } } } } }`;

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

  it('that names no source uses none that was granted to another, and so takes no id of it', async () => {
    const [compute, any] = [await key([SOURCE]), await key()];
    const refused = { verdict: 'REJECTED', code: 'SOURCE_NOT_GRANTED', field: 'source' };
    expect(await send(any, usageRecord({ id: 'a', quantity: '9' }))).toMatchObject(refused);
    const overGraphql = await gateway.ask('INGESTOR', PUSH);
    expect(overGraphql.data.recordUsage.receipt.verdicts).toMatchObject([{ code: 'SOURCE_NOT_GRANTED' }]);
    expect(await send(compute, usageRecord({ id: 'a', quantity: '1' }))).toMatchObject({ verdict: 'ACCEPTED' });
    // It corrects none of them either, an operator does, and what nobody was granted is for all.
    expect(await send(any, usageRecord({ id: 'f', corrects: 'a', quantity: '-1' }))).toMatchObject(refused);
    const operator = await gateway.token('OPERATOR');
    expect(await send(operator, usageRecord({ id: 'f', corrects: 'a', quantity: '-1' }))).toMatchObject({
      verdict: 'ACCEPTED',
    });
    expect(await send(any, usageRecord({ id: 'a', source: 'Microsoft.Storage' }))).toMatchObject({
      verdict: 'ACCEPTED',
    });
  });

  it('is asked for its grant in the registration that it sends to, and as long as the grant is not revoked', async () => {
    const any = await key();
    await key([SOURCE], ['elsewhere']);
    expect(await send(any, usageRecord({ id: 'a' }))).toMatchObject({ verdict: 'ACCEPTED' });
    await key([SOURCE], ['HUB']);
    expect(await send(any, usageRecord({ id: 'b' }))).toMatchObject({ code: 'SOURCE_NOT_GRANTED' });
    // What it sent before stays, and is what others may not send.
    expect(await send(await key([SOURCE]), usageRecord({ id: 'a' }))).toMatchObject({ verdict: 'DUPLICATE' });
    const { data } = await gateway.ask('OPERATOR', '{ apiKeys { nodes { keyId sources } } }');
    const keys = data.apiKeys.nodes as readonly {
      readonly keyId: string;
      readonly sources: readonly string[] | null;
    }[];
    for (const { keyId, sources } of keys) {
      if (sources === null) continue;
      const revoking = `mutation { revokeApiKey(input: { keyId: "${keyId}" }) { userErrors { code } } }`;
      expect((await gateway.ask('OPERATOR', revoking)).errors).toEqual([]);
    }
    expect(await send(any, usageRecord({ id: 'b' }))).toMatchObject({ verdict: 'ACCEPTED' });
  });

  it('is kept from sources that the access file grants in a list, wherever a claim may name the registration', async () => {
    const issuerOf = (grant: object) =>
      ({ grants: [{ role: 'INGESTOR', registrations: 'all', tenants: 'all', resellers: 'all', ...grant }] }) as never;
    const of = (...grants: object[]) =>
      sourcesFor({ sql: gateway.app.db.reader, issuers: grants.map(issuerOf) }, { role: 'INGESTOR' }, 'hub');
    expect(
      await of(
        { sources: ['a'], registrations: { claim: 'r' } },
        { sources: ['b'], registrations: ['Hub'] },
        { sources: ['c'], registrations: ['rim'] },
        { sources: { claim: 's' } },
        {},
      ),
    ).toEqual({ except: ['a', 'b'] });
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
    const { data } = await gateway.ask('INGESTOR', PUSH);
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

  async function key(sources?: readonly string[], registrations: readonly string[] = ['hub']): Promise<string> {
    const input = { name: 'sender', role: 'INGESTOR', registrations, ...(sources && { sources }) };
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
