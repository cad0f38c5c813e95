import type { Command } from 'commander';

import { ArgumentError } from './exit.js';
import { CONFIG_VARIABLES } from '../config.js';

/** The list of all commands; it fits a terminal of 80 columns and 24 lines. */
export function onOneScreen(program: Command): string {
  const width = Math.max(...program.commands.map((command) => command.name().length)) + 2;
  const commands = program.commands.map((command) => `  ${command.name().padEnd(width)}${command.summary()}`);
  return `Usage: usage-gateway <command> [options]
${commands.join('\n')}
"help <command>" says more, "help env" lists the environment; see --version
Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 done, some was refused
`;
}

const WIDTH = 80;
const INDENT = 4;

/** Help about one command (`help ingest`, `help api-key create`), about the environment (`help env`), or at all. */
export function helpCommand(program: Command, topics: readonly string[]): void {
  if (topics.length === 1 && topics[0] === 'env') {
    console.log(variablesText());
    return;
  }
  let command = program;
  for (const topic of topics) {
    const found = command.commands.find((one) => one.name() === topic);
    if (found === undefined) {
      throw new ArgumentError(`There is no command "${topics.join(' ')}". "usage-gateway help" lists them all.`);
    }
    command = found;
  }
  command.outputHelp();
}

/** Every variable of the environment, with what it means and what holds without it. */
function variablesText(): string {
  const width = Math.min(process.stdout.isTTY ? process.stdout.columns : WIDTH, 120);
  const entries = CONFIG_VARIABLES.map(({ name, meaning, default: value, bounds }) => {
    const otherwise = value === '' ? '' : ` Default: ${value}.`;
    const range = bounds === null ? '' : ` From ${bounds[0]} to ${bounds[1]}.`;
    return `  ${name}\n${wrapped(`${meaning}${otherwise}${range}`, width - INDENT)}`;
  });
  return `Variables of the environment, read once at start. Examples are in docs/operations.md.\n\n${entries.join('\n')}`;
}

function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => `${' '.repeat(INDENT)}${line}`).join('\n');
}
