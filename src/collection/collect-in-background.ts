import { collectRound } from './collect-round.js';
import type { CollectionEvent, CollectionLog } from './collection-log.js';
import type { CollectionSource } from './collection-file.js';
import { pauseFor } from './pause.js';
import type { Pause } from './stamp.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { DomainError } from '../primitives/errors.js';
import { dayOf, hourOf } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';

/**
 * Pulls from every source, again and again, until the signal. Sources do not wait for each other, and nothing that goes
 * wrong with one ends it: it is logged, and tried again in the next round. Past hours are read again once a day.
 */
export async function collectInBackground(
  app: Pipeline,
  options: {
    readonly sources: readonly CollectionSource[];
    readonly everyMs: number;
    readonly log: CollectionLog;
    readonly signal: AbortSignal;
    readonly pause?: Pause;
  },
): Promise<void> {
  await Promise.all(options.sources.map((source) => collectForever(app, source, options)));
}

async function collectForever(
  app: Pipeline,
  source: CollectionSource,
  options: Parameters<typeof collectInBackground>[1],
): Promise<void> {
  const { signal, everyMs, pause = pauseFor } = options;
  const log: CollectionLog = (event) => {
    options.log(event);
    tellOf(app, event);
  };
  let rereadOn: Day | null = null;
  while (!signal.aborted) {
    const today = dayOf(hourOf(app.clock.now()));
    try {
      const { hasFailed } = await collectRound(app, source, { rereads: rereadOn !== today, pause, log, signal });
      if (!hasFailed) rereadOn = today;
    } catch (error) {
      // To be stopped is no failure.
      if (!isAbort(error)) {
        const { code, message } = explained(error);
        const { registration } = source;
        log({ level: 'error', registration, event: 'failed', what: 'usage', kind: 'INTERNAL', code, message });
      }
    }
    await pause(everyMs, signal).catch(() => undefined);
  }
}

function tellOf({ onStage }: Pipeline, event: CollectionEvent): void {
  if (event.event === 'hour') onStage?.({ stage: 'collection', outcome: 'PULLED' });
  if (event.event === 'hour-changed') onStage?.({ stage: 'collection', outcome: 'CHANGED' });
  if (event.event === 'failed') {
    onStage?.({ stage: 'collection', outcome: 'FAILED', what: event.what, kind: event.kind });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function explained(error: unknown): { readonly code: string | null; readonly message: string } {
  if (error instanceof DomainError) return { code: error.code, message: error.message };
  return { code: null, message: error instanceof Error ? error.message : String(error) };
}
