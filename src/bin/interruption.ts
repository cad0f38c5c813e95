/**
 * Ctrl-C at a terminal is answered with a word by commands that run long and let the event loop turn. In others a
 * listener would be heard too late, or never: Ctrl-C ends them at once, as Node does it. Either way, what was not
 * committed is not in the books.
 */

const SIGINT_CODE = 130;

/**
 * Runs a command that is told of Ctrl-C. One that has a listener of its own is let finish; any other ends at once. One
 * that fails has a sentence of its own.
 */
export async function tellingOfInterruption<Result>(run: () => Promise<Result>): Promise<Result> {
  const interruption = new AbortController();
  const onInterrupt = () => {
    interruption.abort();
    if (process.listenerCount('SIGINT') > 1) return;
    sayStopped();
    process.exit(SIGINT_CODE);
  };
  process.on('SIGINT', onInterrupt);
  try {
    const result = await run();
    if (interruption.signal.aborted) sayStopped();
    return result;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** On a line of its own: terminals show ^C where the cursor is. */
function sayStopped(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[KStopped.\n');
}
