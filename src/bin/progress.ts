/** How far a command is, for the person at the terminal. Into a file or a pipe goes nothing of it. */

/** Where it is shown: standard error, so that what is printed can be taken further. */
interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What a command says of how far it is. */
export interface Progress {
  /** What is being done now, as the sentence to show. */
  show(sentence: string): void;
  /** The same for what will hold up everything else: it is shown at once. */
  showNow(sentence: string): void;
}

/** Who has waited so long wants to know. */
const PATIENCE_MS = 2_000;
const REDRAW_MS = 200;
const TICK_MS = 1_000;
const CLEAR = '\r\u001b[K';

/**
 * Shows the latest sentence on one line that redraws itself, with the seconds that passed, from the moment on when two
 * seconds have passed; the line is cleared when the work ends, however it ends.
 */
export async function withProgress<Result>(
  work: (progress: Progress) => Promise<Result>,
  screen: Screen = process.stderr,
  now: () => number = () => performance.now(),
): Promise<Result> {
  if (screen.isTTY !== true) return work(SILENT);
  const { progress, end } = startProgress(screen, now);
  try {
    return await work(progress);
  } finally {
    end();
  }
}

function startProgress(screen: Screen, now: () => number): { readonly progress: Progress; readonly end: () => void } {
  const begun = now();
  let drawnAt = -Infinity;
  let latest = '';
  const draw = () => {
    const passed = now() - begun;
    if (latest === '') return;
    drawnAt = now();
    const seconds = passed < PATIENCE_MS ? '' : ` (${Math.floor(passed / 1_000)} s)`;
    screen.write(`${CLEAR}${latest}${seconds}`);
  };
  const timer = setInterval(() => {
    if (now() - begun >= PATIENCE_MS) draw();
  }, TICK_MS);
  timer.unref();
  return {
    progress: {
      show: (sentence) => {
        latest = sentence;
        if (now() - begun >= PATIENCE_MS && now() - drawnAt >= REDRAW_MS) draw();
      },
      showNow: (sentence) => {
        latest = sentence;
        draw();
      },
    },
    end: () => {
      clearInterval(timer);
      if (drawnAt > -Infinity) screen.write(CLEAR);
    },
  };
}

const SILENT: Progress = { show: () => undefined, showNow: () => undefined };
