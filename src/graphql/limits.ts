/** What a document may look like. These rules look at the document alone; what it costs, `operation-cost.ts` says. */
import { GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type {
  ASTVisitor,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValidationContext,
} from 'graphql';

import type { Limits } from '../config/limits.js';

/** Records of one `recordUsage`: so many are read in a moment, and so are their verdicts. More go to `/v1/usage`. */
export const RECORDS_PER_MUTATION_MAX = 500;

type DocumentLimits = Pick<Limits, 'depthMax' | 'selectionsMax' | 'aliasesMax' | 'rootFieldsMax' | 'directivesMax'>;

/** How large a part of a document is, with its fragments where they are spread. */
interface Size {
  readonly depth: number;
  readonly selections: number;
  readonly aliases: number;
  /** Fields that are not inside another one. */
  readonly fields: number;
}

const NOTHING: Size = { depth: 0, selections: 0, aliases: 0, fields: 0 };

/** Refuses documents that are larger than any question needs, and says by what. */
export function limitRule(limits: DocumentLimits): (context: ValidationContext) => ASTVisitor {
  return (context) => {
    const sizeOf = measureWith(context);
    let directives = 0;
    const refuse = (message: string, operation?: OperationDefinitionNode) =>
      context.reportError(new GraphQLError(message, operation && { nodes: [operation] }));
    return {
      Directive: () => {
        directives += 1;
        if (directives === limits.directivesMax + 1) {
          refuse(`The document has more than ${limits.directivesMax} directives.`);
        }
      },
      OperationDefinition: (operation) => {
        const { depth, selections, aliases, fields } = sizeOf(operation.selectionSet);
        if (depth > limits.depthMax) refuse(`The query nests deeper than ${limits.depthMax} fields.`, operation);
        if (selections > limits.selectionsMax) {
          refuse(`The operation has more than ${limits.selectionsMax} fields.`, operation);
        }
        if (aliases > limits.aliasesMax) refuse(`The operation has more than ${limits.aliasesMax} aliases.`, operation);
        if (fields > limits.rootFieldsMax) {
          refuse(`The operation has more than ${limits.rootFieldsMax} fields at its root.`, operation);
        }
      },
    };
  };
}

/**
 * Refuses a document that changes the same thing by the same mutation twice: many guesses of a secret in one request,
 * or many writes whose outcome depends on each other, are no question that anybody asks.
 */
export function oneOfEachMutationRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (operation) => {
      if (operation.operation !== OperationTypeNode.MUTATION) return;
      const seen = new Set<string>();
      for (const { name } of rootFields(context, operation.selectionSet)) {
        if (!seen.has(name.value)) seen.add(name.value);
        else {
          context.reportError(
            new GraphQLError('A document has each mutation once. Send several documents.', { nodes: [operation] }),
          );
          return;
        }
      }
    },
  };
}

function rootFields(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  spread = new Set<string>(),
): readonly FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(context, selection.selectionSet, spread);
    const name = selection.name.value;
    // Fields that are spread twice are the same fields, and run once.
    if (spread.has(name)) return [];
    spread.add(name);
    const fragment = context.getFragment(name);
    return fragment ? rootFields(context, fragment.selectionSet, spread) : [];
  });
}

/** How large an operation of a document is, with its fragments where they are spread. */
export function sizeOfOperation({ definitions }: DocumentNode, { selectionSet }: OperationDefinitionNode): Size {
  const fragments = new Map(
    definitions.flatMap((definition): readonly (readonly [string, FragmentDefinitionNode])[] =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  return measureWith({ getFragment: (name) => fragments.get(name) })(selectionSet);
}

function measureWith(context: Pick<ValidationContext, 'getFragment'>): (selectionSet: SelectionSetNode) => Size {
  // Each fragment is measured once: measuring it per spread would take exponential time on nested spreads.
  const sizeOfFragment = new Map<string, Size>();

  function sizeOf({ selections }: SelectionSetNode): Size {
    return selections.reduce((total, selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return together(total, sizeOfField(selection));
        case Kind.INLINE_FRAGMENT:
          return together(total, sizeOf(selection.selectionSet));
        case Kind.FRAGMENT_SPREAD:
          return together(total, sizeOfSpread(selection.name.value));
      }
    }, NOTHING);
  }

  function sizeOfField({ alias, selectionSet }: FieldNode): Size {
    const inside = selectionSet ? sizeOf(selectionSet) : NOTHING;
    return {
      depth: 1 + inside.depth,
      selections: 1 + inside.selections,
      aliases: (alias ? 1 : 0) + inside.aliases,
      fields: 1,
    };
  }

  function sizeOfSpread(name: string): Size {
    const known = sizeOfFragment.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by a rule of its own; here it only must not run for ever.
    sizeOfFragment.set(name, NOTHING);
    const fragment = context.getFragment(name);
    const size = fragment ? sizeOf(fragment.selectionSet) : NOTHING;
    sizeOfFragment.set(name, size);
    return size;
  }

  return sizeOf;
}

function together(left: Size, right: Size): Size {
  return {
    depth: Math.max(left.depth, right.depth),
    selections: left.selections + right.selections,
    aliases: left.aliases + right.aliases,
    fields: left.fields + right.fields,
  };
}
