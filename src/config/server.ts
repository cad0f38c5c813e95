/** Where the gateway listens, and what it writes down of that. */
import { z } from 'zod';

import { oneOf, optional, variable, whole } from './variable.js';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

const secret = z.string().regex(/^[\x21-\x7e]{16,}$/, 'has at least 16 characters, none of them a space');

export const SERVER = {
  host: variable('HOST', '127.0.0.1', z.string(), 'Address to listen on.'),
  port: whole('PORT', 4000, [0, 65_535], 'Port to listen on; 0 takes a free one.'),
  bodyBytesMax: whole(
    'BODY_BYTES_MAX',
    8_388_608,
    [1024, 268_435_456],
    'Largest request body that is accepted, in bytes.',
  ),
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    ['silent', 'error', 'warn', 'info', 'debug'],
    'silent, error, warn, info or debug. Logs are JSON lines on standard output.',
  ),
  metricsToken: optional(
    'METRICS_TOKEN',
    secret,
    'Bearer token that Prometheus sends to /metrics; left out: there is no such route.',
  ),
};

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
