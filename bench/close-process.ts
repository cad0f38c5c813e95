/** Closes the day of the close bench and prints what that took. A process of its own, so that its memory is its own. */
import 'reflect-metadata';

import type { ClosedDayFigures } from './close-bench.js';
import { DAY } from './close-load.js';
import { REGISTRATION } from './gateway-books.js';
import { WHOLE_BOOKS } from '../src/access/scope.js';
import { createApp } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { closeDays } from '../src/pipeline/closing/close-days.js';
import { getRegistration } from '../src/registration/registration-store.js';

/** Of the peak: Node gives kibibytes. */
const KIBIBYTE = 1024;

const app = await createApp(readConfig());
try {
  const { id } = await getRegistration(app.db.reader, WHOLE_BOOKS, REGISTRATION);
  const bytesBefore = process.memoryUsage().rss;
  const start = performance.now();
  await closeDays(app, { registrationId: id, through: DAY, by: 'bench' });
  const seconds = (performance.now() - start) / 1000;
  const bytesPeak = process.resourceUsage().maxRSS * KIBIBYTE;
  const [seal] = await app.db.reader.query<{ aggregates: number; records: number }>(
    'SELECT aggregates, records FROM day_seal WHERE registration_id = ? AND reported_day = ?',
    [id, DAY],
  );
  if (seal === undefined) throw new Error('The day was not sealed.');
  const figures: ClosedDayFigures = { seconds, bytesBefore, bytesPeak, ...seal };
  console.log(JSON.stringify(figures));
} finally {
  await app.close();
}
