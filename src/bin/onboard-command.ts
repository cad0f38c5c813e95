import { readFileSync, statSync } from 'node:fs';

import { CommandError, EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { COMMAND_LINE } from '../access/actor.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { onboardTenants } from '../onboarding/onboard-tenants.js';
import type { OnboardedLine, OnboardingVerdict } from '../onboarding/onboard-tenants.js';
import { columnNamed, readOnboardingFile } from '../onboarding/onboarding-file.js';
import type { FileLine } from '../onboarding/onboarding-file.js';
import type { LineProblem } from '../onboarding/onboarding-line.js';

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const STANDARD_INPUT = 0;

/** Brings the customers of a file in, a verdict and a transaction a line. Safe to run again. */
export async function onboardCommand(
  file: string,
  { registration, dryRun = false }: { readonly registration: string; readonly dryRun?: boolean },
): Promise<void> {
  await withBooks(async (app) => {
    const lines = readOnboardingFile(readBytes(file));
    const nameOfLine = (index: number) => `line ${lines[index]?.number ?? 0}`;
    const onboarded = await onboardTenants(app, WHOLE_BOOKS, {
      registration,
      lines: lines.map(({ line }) => line),
      dryRun,
      nameOfLine,
      by: COMMAND_LINE,
      onProgress: (done) => showProgress(done, lines.length),
    });
    for (const line of onboarded) printLine(nameOfLine(line.index), line, lines[line.index]);
    console.log(`${summary(onboarded)}${dryRun ? ' Nothing was changed.' : ''}`);
    if (onboarded.some(({ verdict }) => verdict === 'REFUSED')) process.exitCode = EXIT.refused;
  });
}

function readBytes(file: string): Buffer {
  if (file === '-') return readFileSync(STANDARD_INPUT);
  const { size } = statSync(file);
  if (size > FILE_BYTES_MAX) throw new CommandError(`${file} is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB.`);
  return readFileSync(file);
}

function printLine(
  name: string,
  { verdict, steps, tenant, problems }: OnboardedLine,
  given: FileLine | undefined,
): void {
  for (const { code, message, field } of problems) {
    console.error(`${name}: ${verdict} ${code}${columnOf(field)}: ${message}`);
  }
  if (verdict === 'REFUSED') return;
  const who = `${tenant?.tenantGuid ?? given?.line.tenantId ?? ''} (${tenant?.name ?? given?.line.name ?? ''})`;
  const done = steps.length === 0 ? '' : `: ${steps.join(', ')}`;
  console.log(`${name}: ${verdict} ${who}${done}`);
}

function columnOf([field]: LineProblem['field']): string {
  return field === undefined ? '' : ` in "${columnNamed(field)}"`;
}

function summary(lines: readonly OnboardedLine[]): string {
  const count = (verdict: OnboardingVerdict) => lines.filter((line) => line.verdict === verdict).length;
  const all = `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
  const planned = count('PLANNED');
  const changed = planned === 0 ? `${count('DONE')} done` : `${planned} to do`;
  return `${all}: ${changed}, ${count('UNCHANGED')} unchanged, ${count('REFUSED')} refused.`;
}

function showProgress(done: number, all: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done === all ? '\r' : `\r${done} of ${all} lines `);
}
