import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWTHeaderParameters } from 'jose';
import { Provider } from 'oidc-provider';

export const AUDIENCE = 'usage-gateway';

/** A real OpenID Connect provider on a port of its own, whose keys can be rotated and which can be taken down. */
export interface IdentityProvider {
  readonly issuer: string;
  /** How often its keys were fetched. */
  readonly keyFetches: () => number;
  /** An access token by the client credentials grant, from its token endpoint. */
  readonly fetchToken: () => Promise<string>;
  /** A token signed with its current key: claims and header as they are given, over those that it would write. */
  readonly sign: (claims?: object, header?: Partial<JWTHeaderParameters>) => Promise<string>;
  readonly kid: () => string;
  readonly publicKey: () => CryptoKey;
  /** Signs with a new key from now on. The old one is published for as long as asked. */
  readonly rotate: (options?: { readonly keepsOld: boolean }) => Promise<void>;
  /** It answers nothing but 503 from now on, or serves again. */
  readonly setDown: (isDown: boolean) => void;
  readonly close: () => Promise<void>;
}

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export async function startIdentityProvider(roles: readonly string[] = ['Gateway.Admin']): Promise<IdentityProvider> {
  let current = await newKey(1);
  let published = [current];
  let isDown = false;
  let fetches = 0;
  let listener: RequestListener = () => undefined;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/jwks')) fetches += 1;
    if (isDown) response.writeHead(503).end();
    else if (request.url === ENTRA_DISCOVERY) answer(response, entraDocument(issuer));
    else if (request.url === ENTRA_KEYS) void entraKeys(issuer, published).then((keys) => answer(response, keys));
    else listener(request, response);
  });
  const issuer = await listen(server);
  const publish = async () => {
    listener = await providerOf(issuer, published, roles);
  };
  await publish();
  return {
    issuer,
    keyFetches: () => fetches,
    fetchToken: async () => {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('portal:secret').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${AUDIENCE}` }),
      });
      const { access_token: token } = (await response.json()) as { readonly access_token: string };
      return token;
    },
    sign: async (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, aud: AUDIENCE, sub: 'portal', iat: now, exp: now + 600, roles };
      const protectedHeader = { alg: 'RS256', kid: current.kid, typ: 'at+jwt', ...header };
      return new SignJWT({ ...usual, ...claims }).setProtectedHeader(protectedHeader).sign(current.privateKey);
    },
    kid: () => current.kid,
    publicKey: () => current.publicKey,
    rotate: async ({ keepsOld } = { keepsOld: false }) => {
      const old = keepsOld ? published : [];
      current = await newKey(Number(current.kid.slice(4)) + 1);
      published = [current, ...old];
      await publish();
    },
    setDown: (now) => {
      isDown = now;
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

/** Where Microsoft Entra ID describes all directories at once: its issuer is a template, also in each of its keys. */
export const ENTRA_DISCOVERY = '/organizations/v2.0/.well-known/openid-configuration';
const ENTRA_KEYS = '/jwks-of-all-directories';

function entraDocument(origin: string) {
  return { issuer: `${origin}/{tenantid}/v2.0`, jwks_uri: `${origin}${ENTRA_KEYS}` };
}

async function entraKeys(origin: string, published: readonly Key[]) {
  const keys = published.map(async ({ kid, publicKey }) => ({
    ...(await exportJWK(publicKey)),
    ...{ kid, use: 'sig', issuer: entraDocument(origin).issuer },
  }));
  return { keys: await Promise.all(keys) };
}

function answer(response: ServerResponse, document: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

/** Its tokens hold everything in themselves, so that nothing need be kept. */
class NothingStored {
  async find(): Promise<undefined> {
    return undefined;
  }
  async upsert(): Promise<undefined> {
    return undefined;
  }
}

async function newKey(number: number): Promise<Key> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  return { kid: `key-${number}`, ...pair };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function providerOf(issuer: string, keys: readonly Key[], roles: readonly string[]): Promise<RequestListener> {
  const jwks = await Promise.all(
    keys.map(async ({ kid, privateKey }) => ({ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' })),
  );
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'portal',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: jwks },
    adapter: NothingStored,
    ttl: { ClientCredentials: 600 },
    cookies: { keys: ['of this test'] },
    extraTokenClaims: () => ({ roles: [...roles] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256', kid: keys[0]?.kid ?? '' } },
        }),
      },
    },
  });
  return provider.callback();
}
