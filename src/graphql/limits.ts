import { GraphQLError, Kind } from 'graphql';
import type { ASTVisitor, SelectionSetNode, ValidationContext } from 'graphql';

/** Words of a document before parsing stops. GraphiQL's introspection has some 400. */
export const TOKENS_MAX = 4_000;
/** A document that is long without tokens is long in comments or strings. */
export const DOCUMENT_LENGTH_MAX = 100_000;
/** Introspection nests 13 deep; no question about usage comes near. */
export const DEPTH_MAX = 16;

/** Refuses documents that nest deeper than any question needs. Fragments count where they are spread. */
export function depthRule(context: ValidationContext): ASTVisitor {
  // Each fragment is measured once: measuring it per spread would take exponential time on nested spreads.
  const depthOfFragment = new Map<string, number>();

  function depthOf({ selections }: SelectionSetNode): number {
    return selections.reduce((deepest, selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return Math.max(deepest, 1 + (selection.selectionSet ? depthOf(selection.selectionSet) : 0));
        case Kind.INLINE_FRAGMENT:
          return Math.max(deepest, depthOf(selection.selectionSet));
        case Kind.FRAGMENT_SPREAD:
          return Math.max(deepest, depthOfSpread(selection.name.value));
      }
    }, 0);
  }

  function depthOfSpread(name: string): number {
    const known = depthOfFragment.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by a rule of its own; here it only must not run for ever.
    depthOfFragment.set(name, 0);
    const fragment = context.getFragment(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : 0;
    depthOfFragment.set(name, depth);
    return depth;
  }

  return {
    OperationDefinition: (operation) => {
      if (depthOf(operation.selectionSet) <= DEPTH_MAX) return;
      context.reportError(new GraphQLError(`The query nests deeper than ${DEPTH_MAX} fields.`, { nodes: [operation] }));
    },
  };
}
