import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { guid } from '../support/world.js';
import { CollectionFileError, collectionSources, readCollectionFile } from '../../src/collection/collection-file.js';
import { hourOf } from '../../src/primitives/windows.js';

const SOURCE = {
  registration: 'hub',
  url: 'https://adminmanagement.local.azurestack.external/',
  subscriptionId: guid('provider').toUpperCase(),
  signIn: {
    tokenUrl: 'https://login.example/tenant/oauth2/v2.0/token',
    clientId: 'client-1',
    secret: { env: 'STAMP_SECRET' },
    scope: 'https://adminmanagement.example/.default',
  },
  from: '2026-01-31T13:00:00Z',
};

function textOf(...sources: readonly object[]): string {
  return JSON.stringify({ sources });
}

describe('the collection file', () => {
  it('says from where, since when and how, with the usual for what it leaves out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-file-'));
    const file = join(folder, 'collection.json');
    await writeFile(file, textOf(SOURCE));
    expect(readCollectionFile(file)).toEqual([
      {
        registration: 'hub',
        url: 'https://adminmanagement.local.azurestack.external',
        subscriptionGuid: guid('provider'),
        signIn: {
          kind: 'clientCredentials',
          tokenUrl: SOURCE.signIn.tokenUrl,
          clientId: 'client-1',
          secret: { env: 'STAMP_SECRET' },
          audience: { scope: SOURCE.signIn.scope },
        },
        from: hourOf(Date.parse(SOURCE.from)),
        source: 'azure-stack',
        completeAfterMs: 15 * 60_000,
        rereadHours: 24,
        hoursAtOnce: 4,
        requestTimeoutMs: 120_000,
        hourTimeoutMs: 3_600_000,
        rowsPerHourMax: 500_000,
        pullsSubscriptions: true,
      },
    ]);
    await rm(folder, { recursive: true, force: true });
  });

  it('takes http for this machine alone', () => {
    const bearer = { token: { file: '/run/secrets/token' } };
    const at = (url: string) => () => collectionSources(textOf({ ...SOURCE, signIn: bearer, url }));
    expect(at('http://127.0.0.1:4000')).not.toThrow();
    expect(at('http://[::1]:4000/gateway')).not.toThrow();
    for (const url of [
      'http://stamp.example',
      'https://user:password@stamp.example',
      'https://stamp.example?x',
      'ftp://x',
    ]) {
      expect(at(url)).toThrow(CollectionFileError);
    }
  });

  it.each([
    ['no JSON', '{', ['no JSON']],
    ['a field that is none', textOf({ ...SOURCE, intervall: 5 }), ['intervall']],
    ['the same registration twice', textOf(SOURCE, { ...SOURCE, registration: 'HUB' }), ['twice']],
    ['a secret in the file', textOf({ ...SOURCE, signIn: { ...SOURCE.signIn, secret: 's3cret' } }), ['signIn']],
    ['a source that ends with a space', textOf({ ...SOURCE, source: 'azure-stack ' }), ['sources.0.source has']],
    [
      'several faults at once',
      textOf({ ...SOURCE, subscriptionId: 'x', from: '2026-01-31T13:30:00Z', hoursAtOnce: 0 }),
      ['sources.0.subscriptionId is a GUID', 'sources.0.from is a whole hour', 'sources.0.hoursAtOnce'],
    ],
  ])('refuses %s, names what is wrong and no value', (_, text, parts) => {
    const refusal = (): unknown => {
      try {
        return collectionSources(text);
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toBeInstanceOf(CollectionFileError);
    for (const part of parts) expect(String(refusal())).toContain(part);
    expect(String(refusal())).not.toContain('s3cret');
  });
});
