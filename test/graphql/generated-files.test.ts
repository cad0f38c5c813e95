import 'reflect-metadata';
import { buildSchema, getNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import type { GraphQLNamedType } from 'graphql';

import { printGatewaySchema } from '../../src/graphql/schema.js';
// @ts-expect-error -- A script without types.
import * as tools from '../../tools/generated-files.mjs';

const { CURE, driftedFiles, generatedFiles } = tools as {
  readonly CURE: string;
  readonly generatedFiles: (schemaText: string) => Promise<ReadonlyMap<string, string>>;
  readonly driftedFiles: (files: ReadonlyMap<string, string>) => readonly string[];
};

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

describe('the generated files', () => {
  it('are what the code and the operations say', async () => {
    const drifted = driftedFiles(await generatedFiles(await printGatewaySchema()));
    if (drifted.length > 0) throw new Error(`Not up to date: ${drifted.join(', ')}. Run: ${CURE}`);
  });

  it('are noticed when they drift, and when they are missing', async () => {
    const committed = await generatedFiles(await printGatewaySchema());
    const paths = [...committed.keys()];
    expect(paths).toEqual(expect.arrayContaining(['schema/schema.graphql', 'test/operations/operations.ts']));
    const edited = new Map([...committed].map(([path, text]) => [path, text.replace('viewer', 'beholder')]));
    expect(driftedFiles(edited)).toEqual(paths);
    expect(driftedFiles(new Map([['schema/of-another-name.graphql', '']]))).toEqual(['schema/of-another-name.graphql']);
  });
});

describe('the schema', () => {
  it('describes every type, field, argument and enum value in a sentence', async () => {
    const schema = buildSchema(await printGatewaySchema());
    const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    const own = types.filter(({ name }) => !BUILT_IN.has(name) && !ROOTS.has(name));
    const described = [...own, ...types.flatMap(partsOf)];
    expect(described.length).toBeGreaterThan(400);
    expect(described.filter(({ description }) => !isSentence(description)).map(({ name }) => name)).toEqual([]);
  });

  it('wraps every list that grows in a connection', async () => {
    const schema = buildSchema(await printGatewaySchema());
    const lists = Object.entries(schema.getQueryType()?.getFields() ?? {})
      .filter(([, { type }]) => String(type).startsWith('['))
      .map(([name]) => name);
    // `nodes` is as long as its argument, and there are only so many laws.
    expect(lists).toEqual(['invariants', 'nodes']);
    const connections = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ type }) =>
      getNamedType(type).name.endsWith('Connection'),
    );
    for (const { args } of connections) {
      expect(args.map(({ name }) => name)).toEqual(expect.arrayContaining(['first', 'after']));
    }
  });
});

const BUILT_IN = new Set(['Boolean', 'Float', 'ID', 'Int', 'String']);

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

function partsOf(type: GraphQLNamedType): readonly Described[] {
  const within = ({ name, description }: Described): Described => ({ name: `${type.name}.${name}`, description });
  if (isEnumType(type)) return type.getValues().map(within);
  if (isInputObjectType(type)) return Object.values(type.getFields()).map(within);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    within(field),
    ...field.args.map(({ name, description }) => within({ name: `${field.name}(${name})`, description })),
  ]);
}

function isSentence(description: string | null | undefined): boolean {
  return /[.…]`?$/.test(description?.trim() ?? '');
}
