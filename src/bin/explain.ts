import { sentenceOf } from './error-sentence.js';
import { ArgumentError, CommandError, EXIT } from './exit.js';
import { CollectionFileError } from '../collection/collection-file.js';
import { ConfigError } from '../config.js';
import { NewerDatabaseError } from '../database/migrate.js';
import { SqliteMissingError } from '../database/sqlite-driver.js';
import { DomainError } from '../primitives/errors.js';

/**
 * Says on standard error why a command failed, and answers its exit code. Apart from the command line itself, because
 * it knows the errors of every part: help would wait for all of them to load.
 */
export function explain(error: unknown): number {
  if (error instanceof ArgumentError || error instanceof ConfigError || error instanceof CollectionFileError) {
    console.error(error.message);
    return EXIT.usage;
  }
  if (error instanceof CommandError || error instanceof NewerDatabaseError || error instanceof SqliteMissingError) {
    console.error(error.message);
    return EXIT.failed;
  }
  if (error instanceof DomainError) {
    console.error(`${error.message} (${error.code})`);
    return EXIT.failed;
  }
  console.error(sentenceOf(error));
  return EXIT.failed;
}
