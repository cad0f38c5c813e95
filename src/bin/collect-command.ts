import { ArgumentError, CommandError, EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { readCollectionFile } from '../collection/collection-file.js';
import type { CollectionSource } from '../collection/collection-file.js';
import type { CollectionEvent } from '../collection/collection-log.js';
import { collectRound } from '../collection/collect-round.js';
import { pauseFor } from '../collection/pause.js';
import { parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';

/** One round of every source, side by side: none waits for a slow stamp. Stop it and run it again at any moment. */
export async function collectCommand(options: {
  readonly registration?: readonly string[];
  readonly until?: string;
  readonly reread: boolean;
}): Promise<void> {
  const until = options.until === undefined ? undefined : hourIn(options.until);
  await withBooks(async (app) => {
    const { collectionFile } = app.config;
    if (collectionFile === null) throw new CommandError('Set COLLECTION_FILE to the file that names the stamps.');
    const stop = new AbortController();
    const listener = () => stop.abort();
    process.once('SIGINT', listener).once('SIGTERM', listener);
    let hasFailed = false;
    let needsAttention = false;
    try {
      const sources = chosen(readCollectionFile(collectionFile), options.registration);
      const round = { rereads: options.reread, until, pause: pauseFor, log: show, signal: stop.signal };
      const results = await Promise.allSettled(sources.map((source) => collectRound(app, source, round)));
      for (const result of results) {
        if (result.status === 'rejected') throw result.reason;
        hasFailed ||= result.value.hasFailed;
        needsAttention ||= result.value.needsAttention;
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      throw new CommandError('Stopped. What was pulled is in the books; run it again to go on.');
    } finally {
      process.off('SIGINT', listener).off('SIGTERM', listener);
    }
    if (hasFailed) process.exitCode = EXIT.failed;
    else if (needsAttention) process.exitCode = EXIT.refused;
  });
}

function chosen(
  sources: readonly CollectionSource[],
  names: readonly string[] | undefined,
): readonly CollectionSource[] {
  if (names === undefined) return sources;
  return names.map((name) => {
    const source = sources.find(({ registration }) => registration.toLowerCase() === name.toLowerCase());
    if (source === undefined) throw new CommandError(`The collection file names no stamp of registration "${name}".`);
    return source;
  });
}

function hourIn(text: string): Hour {
  const instant = parseInstant(text);
  const hour = instant === null ? null : wholeHour(instant);
  if (hour === null) throw new ArgumentError('--until is a whole hour like 2026-01-31T13:00:00Z.');
  return hour;
}

/** A line that redraws itself on a terminal, JSON lines elsewhere. */
function show(event: CollectionEvent): void {
  if (!process.stderr.isTTY) {
    console.log(JSON.stringify(event));
    return;
  }
  if (event.event === 'hour' && event.level === 'info') {
    const { registration, reportedHour, rows, hoursLeft } = event;
    const text = `${registration}: ${reportedHour.slice(0, 16)}Z, ${rows} rows; ${hoursLeft} hours to go`;
    process.stderr.write(`\r${text}\u001b[K${hoursLeft === 0 ? '\n' : ''}`);
    return;
  }
  process.stderr.write(`\r${sentenceOf(event)}\u001b[K\n`);
}

function sentenceOf(event: CollectionEvent): string {
  const { registration } = event;
  switch (event.event) {
    case 'hour':
      return `${registration}: ${event.reportedHour}: ${event.conflicts} conflicts and ${event.rejected} rejected rows are in quarantine.`;
    case 'collected':
      return `${registration}: ${event.hours} hours pulled; complete before ${event.before}, ${event.lagHours} hours behind.`;
    case 'hour-changed':
      return `${registration}: ${event.reportedHour} has changed on the stamp: ${event.added} rows added, ${event.changed} with another quantity, ${event.missing} missing.`;
    case 'reread':
      return `${registration}: ${event.hours} past hours read again, ${event.changedHours} of them changed.`;
    case 'subscriptions':
      return `${registration}: ${event.listed} subscriptions, ${event.assigned} assigned now, ${event.unregistered} of unregistered tenants, ${event.differing.length} that the books give to another tenant.`;
    case 'failed':
      return `${registration}: ${event.what}: ${event.message} (${event.code ?? event.kind})`;
  }
}
