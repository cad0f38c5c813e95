const MS_PER_DAY = 86_400_000;

/**
 * Puts a UTC midnight where example variables say "days-ago:30" or "days-ahead:1", so that their ranges fit whatever
 * day the page is opened. `now` is in milliseconds since 1970.
 */
export function withDates(variables: string, now: number): string {
  return variables.replaceAll(/"days-(ago|ahead):(\d+)"/g, (_text, way: string, days: string) => {
    const today = Math.floor(now / MS_PER_DAY);
    const day = way === 'ago' ? today - Number(days) : today + Number(days);
    return JSON.stringify(new Date(day * MS_PER_DAY).toISOString().replace('.000', ''));
  });
}
