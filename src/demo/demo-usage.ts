/** What the demo's stamps deliver, and when. Pure: each delivery is a function of the world. */
import type { DemoSetting } from './demo-customer.js';
import { incidentsOf } from './demo-incidents.js';
import type { DemoRegistration } from './demo-world.js';
import { regularUsage } from './regular-usage.js';
import type { DemoUsage } from './regular-usage.js';
import type { HourRange } from '../primitives/windows.js';

/** Usage is delivered every so many hours. */
const HOURS_PER_DELIVERY = 3;

/** The deliveries of the demo, as the hours [from, to) in which their usage was handed out. */
export function deliverySteps({ startHour, endHour }: DemoSetting): HourRange[] {
  const steps: HourRange[] = [];
  for (let from = startHour; from < endHour; from += HOURS_PER_DELIVERY) {
    steps.push({ from, to: Math.min(from + HOURS_PER_DELIVERY, endHour) });
  }
  return steps;
}

/** What a registration delivers in a step, things that go wrong included. */
export function usageOf(setting: DemoSetting, demo: DemoRegistration, step: HourRange): readonly DemoUsage[] {
  const usage = regularUsage(setting, demo, step);
  return [...usage, ...incidentsOf(setting, demo, step)];
}
