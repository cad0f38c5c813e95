/**
 * Serves what was built from `web/`. A page needs nothing from outside, and its content security policy holds it to
 * that.
 */
import fastifyStatic from '@fastify/static';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { FastifyInstance, FastifyReply } from 'fastify';

import { openToEverybody } from '../access/gate.js';

interface WebPage {
  /** Its folder in `web/`, and its address. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** What its policy says of styles; all else is the same for every page. */
  readonly styles: string;
}

const GRAPHIQL: WebPage = {
  name: 'graphiql',
  title: 'GraphiQL',
  // Monaco places every line and cursor by inline styles, and writes its theme into a style
  // element.
  styles: "style-src 'self' 'unsafe-inline'",
};

/**
 * Serves the GraphiQL page in `folder` (what Vite built) at `/graphiql/`. Without a built page it answers
 * 503 with a sentence that says what to run; the gateway itself is whole without it.
 */
export async function serveGraphiql(server: FastifyInstance, folder: string): Promise<void> {
  await servePage(server, GRAPHIQL, folder);
}

async function servePage(server: FastifyInstance, { name, title, styles }: WebPage, folder: string): Promise<void> {
  const built = existsSync(join(folder, 'index.html'));
  const policy = policyWith(styles);
  const refuse = (reply: FastifyReply) =>
    reply
      .code(503)
      .header('cache-control', 'no-store')
      .type('text/plain')
      .send(`The ${title} page has not been built; run "npm run build" and start again.\n`);
  // A scope of its own keeps the headers, and what the plugin adds to replies, away from the other
  // routes.
  await server.register(async (page) => {
    openToEverybody(page);
    page.addHook('onRequest', async (_request, reply) => setSecurityHeaders(reply, policy));
    // A relative address keeps the path in front of us when a proxy adds one. Browsers keep the
    // fragment.
    page.get(`/${name}`, async (_request, reply) =>
      built ? reply.header('cache-control', 'no-store').redirect(`${name}/`) : refuse(reply),
    );
    if (built) await serveFiles(page, name, folder);
    else page.get(`/${name}/*`, async (_request, reply) => refuse(reply));
  });
}

async function serveFiles(page: FastifyInstance, name: string, folder: string): Promise<void> {
  await page.register(fastifyStatic, {
    root: folder,
    prefix: `/${name}/`,
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

function setSecurityHeaders(reply: FastifyReply, policy: string): void {
  void reply.headers({
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

function policyWith(styles: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    styles,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
