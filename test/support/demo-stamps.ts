import { DEMO_SEED, demoWorld } from '../../src/demo/demo-world.js';

/** The registrations that the demo makes. */
export const DEMO_STAMPS = demoWorld(DEMO_SEED, 0).registrations.map(({ registration }) => registration);
