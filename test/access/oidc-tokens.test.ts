import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, base64url, exportJWK, exportSPKI, generateKeyPair } from 'jose';

import { parseAccessFile } from '../../src/access/access-file.js';
import type { IssuerConfig } from '../../src/access/access-file.js';
import { createOidcTokens } from '../../src/access/oidc-tokens.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway, testClock } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { AUDIENCE, ENTRA_DISCOVERY, startIdentityProvider } from '../support/identity-provider.js';
import type { IdentityProvider } from '../support/identity-provider.js';
import { guid, registerCustomer, registerStamp } from '../support/world.js';

const HOME = guid('directory of the provider');
const OTHER = guid('directory of a customer');
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const GRANTS = [
  { claim: 'Gateway.Admin', role: 'OPERATOR' },
  { claim: 'Csp.Reader', role: 'AUDITOR', registrations: ['hub'] },
  { claim: 'Tenant.Reader', role: 'TENANT_USER', tenants: { claim: 'tid' } },
];

let idp: IdentityProvider;
beforeAll(async () => {
  idp = await startIdentityProvider();
});
afterAll(() => idp.close());

describe('access tokens of an OpenID Connect provider', () => {
  it('are believed as the provider issues them, and give the first grant of the file that they qualify for', async () => {
    const tokens = createOidcTokens([issuer()], testClock(now()));
    expect(await tokens.verify(await idp.fetchToken())).toEqual({
      subject: 'idp:portal',
      role: 'OPERATOR',
      registrations: 'all',
      tenants: 'all',
      resellers: 'all',
      credential: 'OIDC_TOKEN',
      expiresAt: expect.any(Number),
    });
    const several = await idp.sign({ roles: ['Tenant.Reader', 'Csp.Reader'], tid: guid('tenant') });
    expect(await tokens.verify(several)).toMatchObject({ role: 'AUDITOR', registrations: ['hub'], tenants: 'all' });
    const tenant = await idp.sign({ roles: ['Tenant.Reader'], tid: guid('tenant') });
    expect(await tokens.verify(tenant)).toMatchObject({ role: 'TENANT_USER', tenants: [guid('tenant')] });
  });

  it('name callers apart, however their claims are cut by colons', async () => {
    const tokens = createOidcTokens([issuer({ subjectClaims: ['site', 'sub'] })], testClock(now()));
    const subjectOf = async (site: string, sub: string) =>
      (await tokens.verify(await idp.sign({ site, sub })))?.subject;
    expect(await subjectOf('a', 'b:c')).toBe('idp:a:b:c');
    expect(await subjectOf('a:b', 'c')).toBe('idp:a%3Ab:c');
    expect(await subjectOf('a%3Ab', 'c')).toBe('idp:a%253Ab:c');
  });

  it('give nothing of a part of the books when the claim that should name it is not there', async () => {
    const tokens = createOidcTokens([issuer()], testClock(now()));
    expect(await tokens.verify(await idp.sign({ roles: ['Tenant.Reader'] }))).toMatchObject({ tenants: [] });
  });

  it('go on working while keys rotate under load, old ones until their key is withdrawn', async () => {
    const own = await startIdentityProvider();
    const clock = testClock(now());
    const tokens = createOidcTokens([issuer({ issuer: own.issuer })], clock);
    const old = await own.fetchToken();
    expect(await tokens.verify(old)).not.toBeNull();

    clock.set(clock.now() + 31 * SECOND);
    await own.rotate({ keepsOld: true });
    const fresh = await own.fetchToken();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => tokens.verify(n % 2 === 0 ? old : fresh)));
    expect(answers.filter((caller) => caller === null)).toEqual([]);
    expect(own.keyFetches()).toBe(2);

    await own.rotate();
    clock.set(clock.now() + 31 * SECOND);
    expect(await tokens.verify(await own.fetchToken())).not.toBeNull();
    expect(await tokens.verify(old)).toBeNull();
    await own.close();
  });

  it('are checked with the known keys while the provider is down, and let nobody in once those are a day old', async () => {
    const own = await startIdentityProvider();
    const clock = testClock(now());
    const tokens = createOidcTokens([issuer({ issuer: own.issuer })], clock);
    const lasting = async (hours: number) => {
      const iat = Math.floor(clock.now() / SECOND);
      return own.sign({ iat, exp: iat + hours * 3_600 });
    };
    expect(await tokens.verify(await lasting(1))).not.toBeNull();

    own.setDown(true);
    clock.set(clock.now() + 23 * HOUR);
    expect(await tokens.verify(await lasting(1))).not.toBeNull();
    clock.set(clock.now() + HOUR + SECOND);
    expect(await tokens.verify(await lasting(1))).toBeNull();

    own.setDown(false);
    clock.set(clock.now() + 31 * SECOND);
    expect(await tokens.verify(await lasting(1))).not.toBeNull();
    await own.close();
  });

  it('of unknown keys make it ask the provider at most once in 30 seconds, however many come', async () => {
    const own = await startIdentityProvider();
    const clock = testClock(now());
    const tokens = createOidcTokens([issuer({ issuer: own.issuer })], clock);
    const flood = await Promise.all(Array.from({ length: 50 }, (_, n) => own.sign({}, { kid: `unknown-${n}` })));
    const good = await own.fetchToken();
    expect((await Promise.all(flood.map((token) => tokens.verify(token)))).every((caller) => caller === null)).toBe(
      true,
    );
    expect(own.keyFetches()).toBe(1);
    expect(await tokens.verify(good)).not.toBeNull();
    clock.set(clock.now() + 31 * SECOND);
    await Promise.all(flood.map((token) => tokens.verify(token)));
    expect(own.keyFetches()).toBe(2);
    await own.close();
  });
});

describe('tokens of Microsoft Entra ID', () => {
  const template = (discoveryUrl = `${idp.issuer}${ENTRA_DISCOVERY}`) =>
    issuer({
      issuer: `${idp.issuer}/{tenantid}/v2.0`,
      discoveryUrl,
      grants: [
        { claim: 'Gateway.Admin', role: 'OPERATOR', fromTenants: [HOME] },
        { claim: 'Tenant.Reader', role: 'TENANT_USER', tenants: { claim: 'tid' } },
      ],
    });

  it('are believed of every directory for its own usage, and of the provider for the rest', async () => {
    const tokens = createOidcTokens([template()], testClock(now()));
    const operator = await idp.sign(ofDirectory(HOME, 'Gateway.Admin'));
    expect(await tokens.verify(operator)).toMatchObject({
      subject: `idp:${HOME}:${guid('person')}`,
      role: 'OPERATOR',
      tenants: 'all',
    });
    const customer = await idp.sign(ofDirectory(OTHER, 'Tenant.Reader'));
    expect(await tokens.verify(customer)).toMatchObject({ role: 'TENANT_USER', tenants: [OTHER] });
    const climber = await idp.sign(ofDirectory(OTHER, 'Gateway.Admin'));
    expect(await tokens.verify(climber)).toBeNull();
  });

  it('are refused when their issuer is not that of their directory, and without directory, person or start', async () => {
    const tokens = createOidcTokens([template()], testClock(now()));
    const good = ofDirectory(HOME, 'Gateway.Admin');
    const bad = [
      { ...good, tid: OTHER },
      { ...good, tid: undefined },
      { ...good, oid: undefined },
      { ...good, nbf: undefined },
      { ...good, iss: `${idp.issuer}/{tenantid}/v2.0`, tid: '{tenantid}' },
      { ...good, iss: `${idp.issuer}/../v2.0`, tid: '..' },
    ];
    for (const claims of bad) expect(await tokens.verify(await idp.sign(claims))).toBeNull();
  });

  it('are refused when the document is of another issuer', async () => {
    const tokens = createOidcTokens([template(`${idp.issuer}/.well-known/openid-configuration`)], testClock(now()));
    expect(await tokens.verify(await idp.sign(ofDirectory(HOME, 'Gateway.Admin')))).toBeNull();
  });

  it('cannot make an administrator of another directory an operator here', () => {
    const read = parseAccessFile(
      JSON.stringify({
        issuers: [
          {
            name: 'entra',
            issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
            audiences: [AUDIENCE],
            grants: [
              { claim: 'Gateway.Admin', role: 'OPERATOR' },
              { claim: 'x', role: 'TENANT_USER' },
            ],
          },
        ],
      }),
    );
    expect(read).toEqual({
      problems: [
        'issuers.0.grants.1 A TENANT_USER needs tenants: whose usage may it see',
        'issuers.0.discoveryUrl must be said where the issuer is a template',
        'issuers.0.grants.0 needs fromTenants, or tenants from the claim tid: other directories hand out roles as they like',
        'issuers.0.grants.1 needs fromTenants, or tenants from the claim tid: other directories hand out roles as they like',
      ],
    });
  });

  function ofDirectory(tid: string, role: string) {
    const nbf = Math.floor(Date.now() / 1_000);
    return { iss: `${idp.issuer}/${tid}/v2.0`, tid, oid: guid('person'), nbf, roles: [role] };
  }
});

describeOnSqlite('a hostile token', (server) => {
  it('is answered with the same words whatever is wrong with it, on every door', async () => {
    const gateway = await openGatewayWithIssuer();
    for (const [what, token] of await hostileTokens()) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const graphql = await gateway.http.inject({
        method: 'POST',
        url: '/graphql',
        headers,
        payload: { query: '{ viewer { role } }' },
      });
      const push = await gateway.http.inject({
        method: 'POST',
        url: '/v1/usage?registration=hub',
        headers,
        payload: '[]',
      });
      expect([what, graphql.statusCode, graphql.headers['www-authenticate'], graphql.json()]).toEqual([
        what,
        401,
        'Bearer',
        {
          errors: [{ message: REFUSED, extensions: { code: 'UNAUTHENTICATED' } }],
          extensions: { requestId: graphql.headers['x-request-id'] },
        },
      ]);
      expect([what, push.statusCode, push.headers['www-authenticate'], push.json()]).toEqual([
        what,
        401,
        'Bearer',
        { error: { code: 'UNAUTHENTICATED', message: REFUSED } },
      ]);
    }
    await gateway.close();
  });

  it('takes as long to refuse when it is garbage as when its signature is wrong', async () => {
    const gateway = await openGatewayWithIssuer();
    const good = await idp.sign();
    await gateway.app.tokens.verify(good);
    for (const token of ['garbage', `${good.slice(0, -8)}AAAAAAAA`, `ugw_${'0'.repeat(16)}_${'0'.repeat(72)}`]) {
      const start = performance.now();
      await expect(gateway.app.tokens.verify(token)).rejects.toThrow(REFUSED);
      // A timer may fire a moment early.
      expect(performance.now() - start).toBeGreaterThan(13);
    }
    await gateway.close();
  });

  it('of the gateway itself is refused beside an issuer, though its signature is right', async () => {
    const loopback = await openTestGateway(server, { now: now() });
    const own = await loopback.token('OPERATOR');
    await loopback.close();
    const gateway = await openGatewayWithIssuer();
    await expect(gateway.token('OPERATOR')).rejects.toThrow('takes no tokens of its own');
    await expect(gateway.app.tokens.verify(own)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await gateway.close();
  });

  it('is no good one: a good one sees the rows of its scope, and of no other', async () => {
    const gateway = await openGatewayWithIssuer();
    await registerStamp(gateway.app);
    const contoso = await registerCustomer(gateway.app, 'hub', 'Contoso');
    await registerCustomer(gateway.app, 'hub', 'Fabrikam');
    const tokens = {
      operator: await idp.fetchToken(),
      tenant: await idp.sign({ roles: ['Tenant.Reader'], tid: contoso.tenantId }),
    };
    expect(await tenantsSeenWith(gateway, tokens.operator)).toEqual(['Contoso', 'Fabrikam']);
    expect(await tenantsSeenWith(gateway, tokens.tenant)).toEqual(['Contoso']);
    await gateway.close();
  });

  async function openGatewayWithIssuer(): Promise<TestGateway> {
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-access-'));
    const file = join(folder, 'access.json');
    await writeFile(file, JSON.stringify({ issuers: [{ ...ISSUER, issuer: idp.issuer }] }));
    const gateway = await openTestGateway(server, { now: now(), env: { ACCESS_FILE: file } });
    await rm(folder, { recursive: true });
    return gateway;
  }
});

const REFUSED = 'The credential is not valid here, or no longer.';
const ISSUER = { name: 'idp', audiences: [AUDIENCE], grants: GRANTS };

function issuer(parts: object = {}): IssuerConfig {
  const read = parseAccessFile(JSON.stringify({ issuers: [{ ...ISSUER, issuer: idp.issuer, ...parts }] }));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const [only] = read.issuers;
  if (only === undefined) throw new Error('The file names no issuer.');
  return only;
}

function now(): string {
  return new Date().toISOString();
}

async function tenantsSeenWith(gateway: TestGateway, token: string): Promise<string[]> {
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    payload: { query: '{ tenants { nodes { name } } }' },
  });
  return response
    .json<{ data: { tenants: { nodes: { name: string }[] } } }>()
    .data.tenants.nodes.map(({ name }) => name);
}

/** What tokens were tried against gateways, and what is wrong with each. */
async function hostileTokens(): Promise<readonly (readonly [string, string])[]> {
  const seconds = Math.floor(Date.now() / 1_000);
  const good = await idp.sign();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const unsigned = (alg: string) => `${encoded({ alg, kid: idp.kid() })}.${payload}.`;
  const without = (claim: string) => idp.sign({ [claim]: undefined });
  const stranger = await generateKeyPair('RS256', { extractable: true });
  const byStranger = (more: object) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: idp.kid(), ...more }).sign(stranger.privateKey);
  return [
    ['alg none', unsigned('none')],
    ['alg None', unsigned('None')],
    ['signature cut off', `${header}.${payload}.`],
    ['payload edited', `${header}.${encoded({ ...claims, sub: 'root' })}.${signature}`],
    ['HS256 with the public key', await signedWithPublicKey(claims)],
    ['wrong audience', await idp.sign({ aud: 'other' })],
    ['no audience', await without('aud')],
    ['wrong issuer', await idp.sign({ iss: 'https://evil.example' })],
    ['no issuer', await without('iss')],
    ['expired', await idp.sign({ iat: seconds - 7_200, exp: seconds - 3_600 })],
    ['not valid yet', await idp.sign({ nbf: seconds + 3_600 })],
    ['without end', await without('exp')],
    ['end as text', await idp.sign({ exp: String(seconds + 600) })],
    ['end at 1e308', await idp.sign({ exp: 1e308 })],
    ['longer than tokens may last', await idp.sign({ exp: seconds + 90_000 })],
    ['without time of issue', await without('iat')],
    ['issued long ago', await idp.sign({ iat: seconds - 90_000 })],
    ['issued in the future', await idp.sign({ iat: seconds + 3_600, exp: seconds + 7_200 })],
    ['without subject', await without('sub')],
    ['subject that is no text', await idp.sign({ sub: 7 })],
    ['subject with a line break', await idp.sign({ sub: 'a\nb' })],
    ['key id that is a path', await idp.sign({}, { kid: '../../etc/passwd' })],
    ['key id that is SQL', await idp.sign({}, { kid: "x' OR '1'='1" })],
    ['key id empty', await idp.sign({}, { kid: '' })],
    ['no key id', await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(stranger.privateKey)],
    ['no key id, signed by the issuer', await idp.sign({}, { kid: undefined as never })],
    ['embedded key', await byStranger({ jwk: await exportJWK(stranger.publicKey) })],
    ['address of other keys', await byStranger({ jku: 'https://evil.example/jwks' })],
    [
      'unknown critical header',
      `${encoded({ alg: 'RS256', kid: idp.kid(), crit: ['x'], x: 1 })}.${payload}.${signature}`,
    ],
    ['other type of token', await idp.sign({}, { typ: 'logout+jwt' })],
    ['role that nobody granted', await idp.sign({ roles: ['Directory.Readers'] })],
    ['no role', await without('roles')],
    ['key id that nobody published', await idp.sign({}, { kid: 'unknown' })],
    ['garbage', 'garbage'],
    ['two dots', '..'],
    ['too long', await idp.sign({ more: 'x'.repeat(10_000) })],
    ['API key that never was', `ugw_${'0'.repeat(16)}_${'0'.repeat(72)}`],
  ];
}

async function signedWithPublicKey(claims: Record<string, unknown>): Promise<string> {
  const key = new TextEncoder().encode(await exportSPKI(idp.publicKey()));
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: idp.kid() }).sign(key);
}

function encoded(value: object): string {
  return base64url.encode(JSON.stringify(value));
}
