import { BlockList, isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Closes connections of an address that has so many already, before anything is read from them: who holds idle ones
 * shuts out nobody else. Proxies bring the connections of many, and may have as many as there are.
 */
export function limitConnectionsPerAddress(
  server: FastifyInstance,
  { max, proxies }: { readonly max: number; readonly proxies: readonly string[] },
): void {
  const excepted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) excepted.addAddress(address, family);
    else excepted.addSubnet(address, Number(bits), family);
  }
  const open = new Map<string, number>();
  // Before anybody else hears of it.
  server.server.prependListener('connection', (socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
    if (address === '' || excepted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return;
    const sender = senderOf(address);
    const count = open.get(sender) ?? 0;
    if (count >= max) {
      socket.destroy();
      return;
    }
    open.set(sender, count + 1);
    socket.once('close', () => {
      const left = (open.get(sender) ?? 1) - 1;
      if (left === 0) open.delete(sender);
      else open.set(sender, left);
    });
  });
}

/** Who has one address of IPv6 has all that begin with the same 64 bits. */
function senderOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after].slice(0, 4).join(':');
}
