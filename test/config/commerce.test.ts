import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigError, readConfig } from '../../src/config.js';
import { COMMERCE } from '../../src/config/commerce.js';
import { LEASE_MS } from '../../src/pipeline/reporting/send-reports.js';

describe('the configuration of the receiver', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usage-gateway-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is none where nothing is said: closed usage waits', () => {
    expect(readConfig({}).commerce).toEqual({ client: 'none' });
  });

  it.each([
    [{ COMMERCE: 'file' }, 'COMMERCE_FOLDER is needed'],
    [{ COMMERCE: 'https' }, 'COMMERCE_URL is needed'],
    [{ COMMERCE: 'marketplace', COMMERCE_URL: 'https://m.example/api' }, 'COMMERCE_OFFER_FILE is needed'],
    [
      { COMMERCE: 'https', COMMERCE_URL: 'https://c.example', COMMERCE_TOKEN_URL: 'https://l.example' },
      'COMMERCE_CLIENT_SECRET_FILE is needed',
    ],
    [{ COMMERCE: 'https', COMMERCE_URL: 'http://c.example' }, 'COMMERCE_URL is an https address'],
    [{ COMMERCE: 'file', COMMERCE_FOLDER: 'x', COMMERCE_TIMEOUT_SECONDS: '0' }, 'COMMERCE_TIMEOUT_SECONDS is a whole'],
  ])('says what is missing or wrong: %j', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(sentence);
    expect(() => readConfig(env)).toThrow(ConfigError);
  });

  it('waits less than half of a lease for an answer, however it is set: a sender may have to sign in as well', () => {
    const [, secondsMax = Infinity] = COMMERCE.timeoutMs.bounds ?? [];
    expect(2 * 1_000 * secondsMax).toBeLessThan(LEASE_MS);
  });

  it('has a resource of its own for each Azure subscription at the marketplace', async () => {
    const offer = join(folder, 'offer.json');
    const env = { COMMERCE: 'marketplace', COMMERCE_URL: 'https://m.example/api', COMMERCE_OFFER_FILE: offer };
    const resources = { one: { resourceId: 'a' }, other: { resourceId: 'b' } };
    await writeFile(offer, JSON.stringify({ planId: 'gold', resources }));
    expect(readConfig(env).commerce).toMatchObject({ offer: { resources } });
    await writeFile(offer, JSON.stringify({ planId: 'gold', resources: { ...resources, other: { resourceId: 'A' } } }));
    expect(() => readConfig(env)).toThrow('COMMERCE_OFFER_FILE resources name a resource twice.');
    await writeFile(offer, JSON.stringify({ planId: '', resources: 1 }));
    expect(() => readConfig(env)).toThrow(
      'COMMERCE_OFFER_FILE planId is empty.\n  COMMERCE_OFFER_FILE resources is no object.',
    );
  });

  it('takes the secret from a file, and does not show a file that it cannot use', async () => {
    const secret = join(folder, 'secret');
    await writeFile(secret, 'open sesame\n');
    const https = {
      COMMERCE: 'https',
      COMMERCE_URL: 'https://commerce.example',
      COMMERCE_TOKEN_URL: 'https://login.example/token',
      COMMERCE_CLIENT_ID: 'gateway',
    };
    expect(readConfig({ ...https, COMMERCE_CLIENT_SECRET_FILE: secret }).commerce).toMatchObject({
      client: 'https',
      credentials: { clientId: 'gateway', clientSecret: 'open sesame', scope: null },
    });
    const wrong = { ...https, COMMERCE: 'marketplace', COMMERCE_CLIENT_SECRET: 'x', COMMERCE_OFFER_FILE: secret };
    expect(() => readConfig(wrong)).toThrow('COMMERCE_OFFER_FILE names a file that is no JSON.');
    expect(() => readConfig(wrong)).not.toThrow('sesame');
  });
});
