/** What the exit code says. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3 } as const;

/** A problem that the person at the terminal can solve; shown as its sentence alone. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** What was typed is wrong, whatever the books hold. */
export class ArgumentError extends CommandError {
  override readonly name = 'ArgumentError';
}
