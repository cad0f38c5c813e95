import type { GraphQLSchema } from 'graphql';

import { ACCESS, rolesOf } from './access-table.js';
import { guardedFields, objectTypesOf } from './guarded-fields.js';
import { ROLES } from '../../access/principal.js';

const YES = 'yes';
const NO = '-';

/**
 * Every field with every role, as a Markdown table: what `schema/access-matrix.md` holds, so that a change of who may
 * read what is seen in review. Fails where the table and the schema differ.
 */
export function printAccessMatrix(schema: GraphQLSchema): string {
  const guarded = new Set(guardedFields(schema, ACCESS).map(({ type, field }) => `${type}.${field}`));
  const sections = [...objectTypesOf(schema)]
    .sort((left, right) => compare(left.name, right.name))
    .map((type) => {
      const fields = Object.keys(type.getFields()).sort(compare);
      const rows = fields.map((field) => {
        const roles = rolesOf(type.name, field);
        const cells = ROLES.map((role) => (roles.includes(role) ? YES : NO));
        return rowOf([`\`${field}\``, ...cells, guarded.has(`${type.name}.${field}`) ? YES : NO]);
      });
      return [`## ${type.name}`, '', HEAD, RULE, ...rows, ''].join('\n');
    });
  return [PREAMBLE, ...sections].join('\n');
}

const COLUMNS = ['Field', ...ROLES, 'Checked here'];
const HEAD = rowOf(COLUMNS);
const RULE = rowOf(COLUMNS.map(() => '---'));

const PREAMBLE = `# Who may read what

<!-- Generated from src/graphql/fields/access-table.ts. Do not edit; run: npm run generate -->

Every field of every type, and the roles that may read it. Which *rows* a caller sees is decided by its scope, on top of
this. "Checked here" marks the fields at which a caller is stopped: at all others, nobody who gets to the object may not
read it. A refused field answers \`FORBIDDEN\` with its path.
`;

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** By code unit: the same order on every machine. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
