import { once } from 'node:events';

import { ArgumentError } from './exit.js';
import { openCommerceBooks } from '../commerce-simulator/commerce-books.js';
import { createCommerceServer } from '../commerce-simulator/commerce-server.js';

/** Serves a made-up receiver of reports until it is told to stop. */
export async function fakeCommerceCommand(options: {
  readonly port: string;
  readonly file: string;
  readonly secret?: string;
}): Promise<void> {
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw new ArgumentError('--port is a port.');
  const books = openCommerceBooks(options.file);
  const server = createCommerceServer(books, options.secret ?? null);
  try {
    const url = await server.listen({ host: '127.0.0.1', port });
    console.log(`A made-up receiver of reports listens at ${url}. Let a gateway report to it:`);
    const signIn = `COMMERCE_TOKEN_URL=${url}/oauth/token COMMERCE_CLIENT_ID=gateway COMMERCE_CLIENT_SECRET=<the secret> `;
    console.log(
      `  ${options.secret === undefined ? '' : signIn}COMMERCE=https COMMERCE_URL=${url} usage-gateway serve`,
    );
    console.log('What it has: GET /totals?cloudId=<guid>. What goes wrong next: POST /control, for example');
    console.log(
      `  curl -s ${url}/control -H 'content-type: application/json' -d '{"faults":["TIME_OUT_AFTER","FAIL"]}'`,
    );
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    await server.close();
    books.close();
  }
}
