import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';

import { serveGraphiql } from '../../src/http/web-pages.js';
import { setHeadersOfEveryAnswer } from '../../src/http/security-headers.js';

describe('the headers of every answer', () => {
  it('leave the GraphiQL page its own policy, and let its assets be cached', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-page-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    writeFileSync(join(folder, 'assets', 'page-1a2b.js'), 'true');
    const server = fastify();
    setHeadersOfEveryAnswer(server);
    await serveGraphiql(server, folder);
    const page = await server.inject('/graphiql/');
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const asset = await server.inject('/graphiql/assets/page-1a2b.js');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    await server.close();
    rmSync(folder, { recursive: true });
  });
});
