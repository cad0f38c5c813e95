/** What the processes that are measured against the gateway have in common: they serve one database on a free port. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves the database of DATABASE_URL until SIGTERM, and says where in the words of the gateway. */
export async function serveDatabase(make: (databaseUrl: string) => Server | Promise<Server>): Promise<void> {
  const server = await make(process.env['DATABASE_URL'] ?? '');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.once('SIGTERM', () => process.exit(0));
  console.log(`serves http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
}
