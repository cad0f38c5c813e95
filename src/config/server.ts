/** Where the gateway listens, and what it writes down of that. */
import { z } from 'zod';

import { whole } from './variable.js';
import type { Variable } from './variable.js';

/** Variables of the environment that say so, as the operations guide lists them. */
export const SERVER_VARIABLES: readonly Variable[] = [
  { name: 'HOST', meaning: 'Address to listen on.', default: '127.0.0.1' },
  { name: 'PORT', meaning: 'Port to listen on; 0 takes a free one.', default: '4000' },
  { name: 'BODY_BYTES_MAX', meaning: 'Largest request body that is accepted, in bytes.', default: '8388608' },
  {
    name: 'LOG_LEVEL',
    meaning: 'silent, error, warn, info or debug. Logs are JSON lines on standard output.',
    default: 'info',
  },
  {
    name: 'METRICS_TOKEN',
    meaning: 'Bearer token that Prometheus sends to /metrics; left out: there is no such route.',
    default: '',
  },
];

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** How each variable is read. */
export const serverShape = {
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: whole(0, 65_535).default(4000),
  BODY_BYTES_MAX: whole(1024, 268_435_456).default(8_388_608),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'has at least 16 characters, none of them a space')
    .optional(),
};

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
