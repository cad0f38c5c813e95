/**
 * How a registration's usage comes in. Pushed usage is filed when it arrives, so the clock says when a reported day is
 * over. Pulled usage is filed under the hour that was asked for, so a day is over when all of it was pulled.
 */
export const USAGE_INTAKES = ['PUSHED', 'PULLED'] as const;
export type UsageIntake = (typeof USAGE_INTAKES)[number];
