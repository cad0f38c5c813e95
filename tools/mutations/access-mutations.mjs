/** Which changes of conditions on rows there are: each loosens one condition at one place. */
import ts from 'typescript';

/** What says for a whole module whose rows are seen; everywhere else, its callers. */
const DEFINITIONS = ['src/access/scope.ts', 'src/access/principal.ts'];
const PART = /\b(tenantIds|registrationIds|tenants|registrations|resellers)$/;

/**
 * The text of a file with every change behind a switch, and the names of the changes. They are numbered in order, from
 * the given number on.
 */
export function instrument(path, text, firstNumber) {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const mutations = [];
  const put = (node, how, before, after) => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    const number = firstNumber + mutations.length;
    const name = `${path}:${line + 1} ${how}`;
    mutations.push({ name, start: node.getStart(), end: node.getEnd(), before: before(number), after });
  };
  const add = {
    /** Puts something else in the place of a condition. */
    instead: (node, how, replacement) =>
      put(node, how, (number) => `mutated(${number}, () => (`, `), () => (${replacement}))`),
    /** Widens one part of a scope. */
    widened: (node, how, part) =>
      put(node, how, (number) => `((it) => mutated(${number}, () => it, () => ({ ...it, ${part}: 'all' })))(`, ')'),
  };
  const visit = (node) => {
    if (ts.isCallExpression(node)) mutateCall(path, node, add);
    if (ts.isBinaryExpression(node)) mutateComparison(node, add);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { text: withSwitches(text, mutations), mutations: mutations.map(({ name }) => name) };
}

/** Conditions may lie in each other: at one place, what begins first ends last. */
function withSwitches(text, mutations) {
  const edits = mutations.flatMap(({ start, end, before, after }, index) => [
    { at: start, isEnd: false, length: end - start, index, text: before },
    { at: end, isEnd: true, length: end - start, index, text: after },
  ]);
  edits.sort((one, other) => {
    if (one.at !== other.at) return one.at - other.at;
    if (one.isEnd !== other.isEnd) return one.isEnd ? -1 : 1;
    const outerFirst = other.length - one.length || one.index - other.index;
    return one.isEnd ? -outerFirst : outerFirst;
  });
  let written = '';
  let from = 0;
  for (const { at, text: part } of edits) {
    written += text.slice(from, at) + part;
    from = at;
  }
  return written + text.slice(from);
}

function mutateCall(path, node, add) {
  const [first, second] = node.arguments;
  const called = node.expression.getText();
  if (called === 'inScope' || called === 'inWholeRegistrations') {
    const everything = "{ registrationIds: 'all', tenantIds: 'all' }";
    add.instead(node, `${called} dropped`, `${called}(${everything}, ${second.getText()})`);
    add.widened(first, `${called} of all registrations`, 'registrationIds');
    if (!/tenant: null/.test(second.getText())) add.widened(first, `${called} of all tenants`, 'tenantIds');
  } else if (called === 'among' && (DEFINITIONS.includes(path) || second?.getText() === 'scope.registrationIds')) {
    add.instead(node, `${node.getText()} dropped`, "'1 = 1'");
  } else if (called === 'mustSeeAllTenants') add.instead(node, 'dropped', 'undefined');
  else if (called === 'getWholeRegistration') add.widened(second, 'of a part will do', 'tenantIds');
  else if (['hasWholeBooks', 'isTheirs', 'mayHandOn', 'isWithin'].includes(called)) {
    add.instead(node, `${node.getText()} always`, 'true');
  } else if (called === 'keysSeenBy') add.instead(node, 'keys of everyone', 'null');
  else if (called === 'byGuid.filter') {
    add.instead(node, 'resellers do not narrow tenants', 'byGuid');
    add.instead(node, 'tenants do not narrow resellers', 'byReseller');
  }
}

/** `scope.tenantIds === 'all'` asks whether somebody sees everything; now everybody does. */
function mutateComparison({ left, right }, add) {
  if (right.getText() !== "'all'" || !PART.test(left.getText())) return;
  // Whether a grant gives too much, and whether what was given is well formed, are questions of another kind.
  const asked = functionAround(left);
  if (asked === 'problemOfGrant') add.instead(left.parent, `${left.parent.getText()} never`, 'false');
  else if (!asked.startsWith('checked')) add.instead(left, `${left.getText()} taken for all`, "'all'");
}

function functionAround(node) {
  let at = node;
  while (at !== undefined && !ts.isFunctionDeclaration(at)) at = at.parent;
  return at?.name?.getText() ?? '';
}
