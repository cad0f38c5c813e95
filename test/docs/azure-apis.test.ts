import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { collectionSources } from '../../src/collection/collection-file.js';
import { ARM_ROUTES } from '../../src/rest/arm-routes.js';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'azure-apis.md'), 'utf8');

describe('docs/azure-apis.md', () => {
  it('shows a collection file that is accepted', () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    expect(collectionSources(example).map(({ registration }) => registration)).toEqual(['contoso-hub']);
  });

  it('names every resource type that is served', () => {
    const types = ARM_ROUTES.map(({ path }) => /providers\/(Microsoft\.[\w.]+\/\w+)/.exec(path)?.[1] ?? path);
    const old = 'Microsoft.Commerce/subscriberUsageAggregates';
    expect(types.filter((type) => type !== old && !text.includes(type))).toEqual([]);
  });
});
