import { EXAMPLES } from './example-list.js';
import type { Example } from './example-list.js';

const texts = import.meta.glob<string>('./examples/*.graphql', { query: '?raw', import: 'default', eager: true });

export const examples: readonly Example[] = EXAMPLES.map((listed) => {
  const text = texts[`./examples/${listed.name}.graphql`] ?? '';
  return { ...listed, title: titleOf(text), query: text.trimEnd() };
});

function titleOf(text: string): string {
  return /^\s*#+[ \t]*(.*\S)/.exec(text)?.[1] ?? '';
}
