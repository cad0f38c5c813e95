/** The lines that a gateway logs, each a JSON object. Throws where one is not. */
export function logLines(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null) return parsed as Readonly<Record<string, unknown>>;
      throw new Error(`This is no line of a log: ${line}`);
    });
}
