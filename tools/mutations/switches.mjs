/* global afterEach, beforeEach, expect */
/**
 * The switches of `mutate-access.mjs`, set up before each test file. With MUTATION set, that change is made. With
 * MUTATION_LOG set none is, and for each test a line says which changes would have made a difference to it.
 */
import { appendFileSync } from 'node:fs';

const chosen = Number(process.env.MUTATION ?? -1);
const log = process.env.MUTATION_LOG;
let noted = new Set();
let began = 0;

/** What the condition says without the change, or with it if it is the chosen one. */
globalThis.mutated = (change, asItIs, changed) => {
  if (change === chosen) return changed();
  if (log === undefined || noted.has(change)) return asItIs();
  const said = outcomeOf(asItIs);
  if (textOf(said) !== textOf(outcomeOf(changed))) noted.add(change);
  if ('error' in said) throw said.error;
  return said.value;
};

function outcomeOf(compute) {
  try {
    return { value: compute() };
  } catch (error) {
    return { error };
  }
}

function textOf(outcome) {
  return 'error' in outcome ? `throws ${outcome.error}` : `${JSON.stringify(outcome.value)}`;
}

function note(test, ms) {
  if (noted.size === 0) return;
  const line = { file: expect.getState().testPath, test, ms, changes: [...noted] };
  appendFileSync(log, `${JSON.stringify(line)}\n`);
  noted = new Set();
}

if (log !== undefined) {
  beforeEach(() => {
    note(null, 0);
    began = Date.now();
  });
  afterEach(() => note(expect.getState().currentTestName, Date.now() - began));
}
