import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';

import { parseAccessFile } from '../../src/access/access-file.js';
import { createIssuerKeys } from '../../src/access/issuer-keys.js';
import { testClock } from '../support/gateway.js';

describe('the keys that an issuer publishes', () => {
  it('are used when they sign, are public, and are the only one of their id', async () => {
    const good = await publicKey('good');
    const keys = await published([
      good,
      { ...good, kid: 'for encryption', use: 'enc' },
      { ...good, kid: 'of another algorithm', alg: 'RS512' },
      { ...good, kid: 'of another issuer', issuer: 'https://elsewhere.example' } as JWK,
      { kty: 'oct', kid: 'symmetric', k: 'c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0' },
      await publicKey('twice'),
      await publicKey('twice'),
      { ...good, kid: undefined } as never,
    ]);
    expect(await keys.find('good')).not.toBeNull();
    for (const kid of ['for encryption', 'of another algorithm', 'of another issuer', 'symmetric', 'twice', 'gone']) {
      expect([kid, await keys.find(kid)]).toEqual([kid, null]);
    }
    await keys.close();
  });

  it('are none when they are answered from elsewhere, or are more than anybody needs', async () => {
    const many = await published([await publicKey('good')], 'x'.repeat(600_000));
    expect(await many.find('good')).toBeNull();
    await many.close();
    const moved = await published([await publicKey('good')], '', 302);
    expect(await moved.find('good')).toBeNull();
    await moved.close();
  });
});

async function publicKey(kid: string): Promise<JWK> {
  const { publicKey: key } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(key)), kid };
}

/** What a real provider would not publish, from a real server. */
async function published(keys: readonly JWK[], padding = '', status = 200) {
  const server = createServer((request, response) => {
    const isDocument = request.url?.endsWith('openid-configuration') === true;
    const body = isDocument ? { issuer, jwks_uri: `${issuer}/keys` } : { keys, padding };
    const headers = { 'content-type': 'application/json', location: `${issuer}/elsewhere` };
    response.writeHead(isDocument ? 200 : status, headers).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const grants = [{ claim: 'x', role: 'AUDITOR' }];
  const read = parseAccessFile(JSON.stringify({ issuers: [{ name: 'idp', issuer, audiences: ['x'], grants }] }));
  const [config] = 'issuers' in read ? read.issuers : [];
  if (config === undefined) throw new Error('The access file is wrong.');
  const found = createIssuerKeys(config, testClock('2026-03-10T12:00:00Z'));
  return {
    find: (kid: string) => found.find({ kid, alg: 'RS256', issuer }),
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}
