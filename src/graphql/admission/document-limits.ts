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

import type { Limits } from '../../config/limits.js';

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

/** Fields of one name in one place of the answer. Each is compared with each, and so are those inside them. */
const SAME_FIELD_MAX = 25;
/** Fragments and operations of a document. Fragments are compared with each other, too. */
const DEFINITIONS_MAX = 100;

const NOTHING: Size = { depth: 0, selections: 0, aliases: 0, fields: 0 };

/** Refuses documents that are larger than any question needs, and says by what. */
export function limitRule(limits: DocumentLimits): (context: ValidationContext) => ASTVisitor {
  return (context) => {
    const sizeOf = measureWith(context);
    let directives = 0;
    const refuse = (message: string, operation?: OperationDefinitionNode) =>
      context.reportError(new GraphQLError(message, operation && { nodes: [operation] }));
    return {
      Document: ({ definitions }) => {
        if (definitions.length > DEFINITIONS_MAX) {
          refuse(`The document has more than ${DEFINITIONS_MAX} operations and fragments.`);
        }
      },
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
        // What is too large is not spread out.
        const isSpread = selections <= limits.selectionsMax && depth <= limits.depthMax;
        if (isSpread && mostOfOneField(context, operation.selectionSet, limits.selectionsMax) > SAME_FIELD_MAX) {
          refuse(`The operation has one field more than ${SAME_FIELD_MAX} times in one place.`, operation);
        }
      },
    };
  };
}

/**
 * How often the field stands in one place of the answer that stands there most often, fragments spread out. It looks at
 * `fieldsMax` fields at most: there are no more, unless a fragment spreads itself, which a rule of its own refuses.
 */
function mostOfOneField(
  context: Pick<ValidationContext, 'getFragment'>,
  selectionSet: SelectionSetNode,
  fieldsMax: number,
): number {
  let fields = 0;
  const mostIn = (place: readonly SelectionSetNode[]): number => {
    const times = new Map<string, number>();
    const inside = new Map<string, SelectionSetNode[]>();
    const spread = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (selection.kind === Kind.FIELD) {
          fields += 1;
          const name = (selection.alias ?? selection.name).value;
          times.set(name, (times.get(name) ?? 0) + 1);
          const sets = inside.get(name) ?? [];
          if (selection.selectionSet) sets.push(selection.selectionSet);
          inside.set(name, sets);
        } else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          const fragment = context.getFragment(selection.name.value);
          if (fragment) collect(fragment.selectionSet);
        }
      }
    };
    place.forEach(collect);
    let most = Math.max(0, ...times.values());
    for (const sets of inside.values()) {
      if (sets.length > 0 && most <= SAME_FIELD_MAX && fields <= fieldsMax) most = Math.max(most, mostIn(sets));
    }
    return most;
  };
  return mostIn([selectionSet]);
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
