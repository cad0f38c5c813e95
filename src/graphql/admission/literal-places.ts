/** Where a literal stands that its scalar refuses: the scalar is handed the value alone. */
import { BREAK, Kind, visit } from 'graphql';
import type { ASTNode, DocumentNode, GraphQLError } from 'graphql';

import { ScalarError } from '../scalars.js';

/** Has such errors begin with the argument: `filter.tenantIds[0] is not a GUID.` */
export function namePlaces(errors: readonly GraphQLError[], document: DocumentNode): void {
  for (const error of errors) if (error instanceof ScalarError) namePlace(error, document);
}

function namePlace(error: ScalarError, document: DocumentNode): void {
  const [node] = error.nodes ?? [];
  if (node === undefined) return;
  const place = placeOf(node, document);
  if (place !== '') error.message = `${place} is not ${error.noun}.`;
}

/** `filter.tenantIds[0]`: the argument, and the way within it; empty where the node is no part of the document. */
function placeOf(wanted: ASTNode, document: DocumentNode): string {
  let place = '';
  visit(document, {
    enter: (node, _key, parent, path, ancestors) => {
      if (node !== wanted) return undefined;
      const within = [...ancestors, ...(parent === undefined ? [] : [parent])];
      place = path.map((step, index) => stepOf(within, index, step)).join('');
      return BREAK;
    },
  });
  return place.replace(/^\./, '');
}

function stepOf(within: readonly (ASTNode | readonly ASTNode[])[], index: number, step: string | number): string {
  const node = within[index];
  if (node === undefined) return '';
  if ('kind' in node) {
    if (node.kind === Kind.VARIABLE_DEFINITION && step === 'defaultValue') return `$${node.variable.name.value}`;
    const isNamed = node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD;
    return isNamed && step === 'value' ? `.${node.name.value}` : '';
  }
  const list = within[index - 1];
  return list !== undefined && 'kind' in list && list.kind === Kind.LIST ? `[${step}]` : '';
}
