/** Operations that are named by a trusted id, and the ways around it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createTrustedDocuments } from '../../src/http/trusted-documents.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { send } from '../support/raw-request.js';

const DOCUMENT = 'query ($n: Int) { viewer { subject } meters(first: $n) { nodes { __typename } } }';
const HASH = createHash('sha256').update(DOCUMENT).digest('hex');
const ID = `sha256:${HASH}`;
const VIEWER = '{ viewer { subject } }';

const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-documents-'));
const file = join(folder, 'documents.json');
writeFileSync(file, JSON.stringify({ [HASH]: DOCUMENT }));
afterAll(() => rmSync(folder, { recursive: true }));

describeOnSqlite('trusted documents', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server, {
      env: {
        TRUSTED_DOCUMENTS: 'require',
        TRUSTED_DOCUMENTS_FILE: file,
        TRUSTED_DOCUMENTS_CLIENTS: 'explorer=allow, old=off',
      },
    });
  });
  afterAll(() => gateway.close());

  const explorer = { role: 'AUDITOR', subject: 'explorer' } as const;
  const old = { role: 'AUDITOR', subject: 'old' } as const;

  it('a document runs by its id, with its variables, by POST and by GET', async () => {
    const posted = await send(gateway, { payload: { documentId: ID, variables: { n: 2 } } });
    expect(posted.body.data.viewer).toEqual({ subject: 'test-operator' });
    expect(posted.body.data.meters.nodes).toHaveLength(2);
    const url = `/graphql?documentId=${encodeURIComponent(ID)}&variables=${encodeURIComponent('{"n":1}')}`;
    const got = await send(gateway, { method: 'GET', url, headers: { 'apollo-require-preflight': '1' } });
    expect(got.body.data.meters.nodes).toHaveLength(1);
  });

  it.each([
    ['a query', { query: VIEWER }],
    ['a query beside the id', { query: VIEWER, documentId: ID }],
    ['an empty query beside the id', { query: '', documentId: ID }],
    ['neither', { variables: {} }],
    ['an unknown id beside a query', { query: VIEWER, documentId: 'x' }],
  ])('A28 trusted document bypass: %s is refused where ids are required', async (_what, payload) => {
    const answer = await send(gateway, { payload });
    expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
      status: 400,
      codes: ['PERSISTED_DOCUMENT_REQUIRED'],
      data: undefined,
    });
  });

  it('A28 a query by GET is refused as well, whatever the body says', async () => {
    const answer = await send(gateway, {
      method: 'GET',
      url: `/graphql?query=${encodeURIComponent(VIEWER)}&documentId=${ID}`,
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(answer).toMatchObject({ status: 400, codes: ['PERSISTED_DOCUMENT_REQUIRED'] });
  });

  it('A28 a query beside the URL of a POST is not looked at', async () => {
    const answer = await send(gateway, {
      url: `/graphql?query=${encodeURIComponent(VIEWER)}`,
      payload: { variables: {} },
    });
    expect(answer).toMatchObject({ status: 400, codes: ['PERSISTED_DOCUMENT_REQUIRED'] });
  });

  it.each([
    ['upper case', ID.toUpperCase()],
    ['upper case digits', `sha256:${HASH.toUpperCase()}`],
    ['no algorithm', HASH],
    ['another algorithm', `md5:${HASH.slice(0, 32)}`],
    ['a path', 'sha256:../../documents.json'],
    ['a prototype', '__proto__'],
    ['a method', 'constructor'],
    ['a newline', `${ID}\n`],
    ['two hundred thousand letters', `sha256:${'a'.repeat(200_000)}`],
    ['an object', { toString: ID }],
    ['a list', [ID]],
    ['a number', 7],
    ['an unknown one', `sha256:${'0'.repeat(64)}`],
  ])('A29 hash confusion: %s is no trusted id', async (_what, documentId) => {
    const answer = await send(gateway, { payload: { documentId } });
    expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
      status: 400,
      codes: ['PERSISTED_DOCUMENT_NOT_FOUND'],
      data: undefined,
    });
  });

  it('a caller has the mode that is configured for it', async () => {
    expect((await send(gateway, { who: explorer, payload: { query: VIEWER } })).codes).toEqual([]);
    expect((await send(gateway, { who: explorer, payload: { documentId: ID } })).codes).toEqual([]);
    expect((await send(gateway, { who: explorer, payload: { documentId: ID, query: VIEWER } })).codes).toEqual([
      'INVALID_INPUT',
    ]);
    expect((await send(gateway, { who: old, payload: { query: VIEWER } })).codes).toEqual([]);
    expect((await send(gateway, { who: old, payload: { documentId: ID } })).codes).toEqual([
      'PERSISTED_DOCUMENT_NOT_FOUND',
    ]);
  });

  it('a trusted document has no more rights, and costs as much, as one that is sent', async () => {
    const answer = await send(gateway, { payload: { documentId: ID, variables: { n: 1_000_000 } } });
    expect(answer.codes).toEqual(['INVALID_INPUT']);
    expect((await send(gateway, { who: null, payload: { documentId: ID } })).status).toBe(401);
  });

  it('a manifest whose ids are not the hashes of its documents keeps the gateway from starting', () => {
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, JSON.stringify({ [ID]: VIEWER }));
    const rules = { documentMode: 'allow', documentModeOf: new Map(), documentFile: wrong } as const;
    expect(() => createTrustedDocuments(rules)).toThrow('is not the SHA-256 of its document');
    writeFileSync(wrong, JSON.stringify({ 'md5:1': VIEWER }));
    expect(() => createTrustedDocuments(rules)).toThrow('is no manifest');
  });
});
