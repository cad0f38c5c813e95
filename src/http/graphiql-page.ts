/**
 * Serves the built GraphiQL page. It needs nothing from outside, and its content security policy
 * holds it to that.
 */
import fastifyStatic from '@fastify/static';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { FastifyInstance, FastifyReply } from 'fastify';

import { openToEverybody } from '../access/gate.js';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  // Monaco places every line and cursor by inline styles, and writes its theme into a style
  // element.
  "style-src 'self' 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const notBuilt = 'The GraphiQL page has not been built; run "npm run build" and start again.\n';

/**
 * Serves the page in `folder` (what Vite built) at `/graphiql/`. Without a built page it answers
 * 503 with a sentence that says what to run; the gateway itself is whole without it.
 */
export async function serveGraphiql(server: FastifyInstance, folder: string): Promise<void> {
  const built = existsSync(join(folder, 'index.html'));
  // A scope of its own keeps the headers, and what the plugin adds to replies, away from the other
  // routes.
  await server.register(async (page) => {
    openToEverybody(page);
    page.addHook('onRequest', async (_request, reply) => setSecurityHeaders(reply));
    // A relative address keeps the path in front of us when a proxy adds one. Browsers keep the
    // fragment.
    page.get('/graphiql', async (_request, reply) =>
      built ? reply.header('cache-control', 'no-store').redirect('graphiql/') : refuse(reply),
    );
    if (built) await servePage(page, folder);
    else page.get('/graphiql/*', async (_request, reply) => refuse(reply));
  });
}

async function servePage(page: FastifyInstance, folder: string): Promise<void> {
  await page.register(fastifyStatic, {
    root: folder,
    prefix: '/graphiql/',
    dotfiles: 'ignore',
    // Ours is set below, file by file.
    cacheControl: false,
    setHeaders: (response, path) => {
      response.setHeader('cache-control', cacheControlOf(path));
    },
  });
}

/**
 * The names of assets hold a hash of their content. The page that names them must be asked for
 * each time.
 */
function cacheControlOf(path: string): string {
  const hashed = basename(dirname(path)) === 'assets';
  return hashed ? 'public, max-age=31536000, immutable' : 'no-store';
}

function setSecurityHeaders(reply: FastifyReply): void {
  void reply.headers({
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(503).header('cache-control', 'no-store').type('text/plain').send(notBuilt);
}
