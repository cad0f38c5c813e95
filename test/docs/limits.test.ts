import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CONFIG_VARIABLES, readConfig } from '../../src/config.js';
import { LIMITS } from '../../src/config/limits.js';
import { RULES } from '../../src/config/request-rules.js';
import { buildSchema } from 'graphql';
import 'reflect-metadata';
import { PRICED_FIELDS } from '../../src/graphql/admission/field-weights.js';
import { printGatewaySchema } from '../../src/graphql/schema.js';

const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'limits.md'), 'utf8');

describe('the guide to limits', () => {
  it('lists exactly the variables that are read, with their defaults', () => {
    const rows = [...guide.matchAll(/^\|[^|]+\| `([A-Z_]+)`\s*\|([^|]*)\|/gm)];
    const listed = rows.map(([, name = '', standard = '']) => ({ name, default: standard.trim() }));
    const body = CONFIG_VARIABLES.filter(({ name }) => name === 'BODY_BYTES_MAX');
    const read = [...Object.values(LIMITS), ...Object.values(RULES), ...body].map((variable) => ({
      name: variable.name,
      default: variable.default,
    }));
    const byName = (left: { name: string }, right: { name: string }) => (left.name < right.name ? -1 : 1);
    expect(listed.sort(byName)).toEqual(read.sort(byName));
  });

  it('prices only fields that exist', async () => {
    const schema = buildSchema(await printGatewaySchema());
    for (const coordinate of PRICED_FIELDS) {
      const [type = '', field = ''] = coordinate.split('.');
      const fields = schema.getType(type);
      expect({
        coordinate,
        exists: fields !== undefined && 'getFields' in fields && field in fields.getFields(),
      }).toEqual({
        coordinate,
        exists: true,
      });
    }
  });
});

describe('the configuration of limits and rules', () => {
  it('has the documented defaults, and reads what is set', () => {
    const documented = Object.fromEntries(
      Object.entries(LIMITS).map(([key, variable]) => [key, Number(variable.default)]),
    );
    expect(readConfig({}).limits).toEqual(documented);
    const { limits, rules } = readConfig({
      ALIASES_MAX: '7',
      CORS_ORIGINS: 'https://a.example, http://localhost:3000',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      INTROSPECTION_ROLES: 'none',
      TRUSTED_DOCUMENTS: 'allow',
      TRUSTED_DOCUMENTS_FILE: 'documents.json',
      TRUSTED_DOCUMENTS_CLIENTS: 'portal=require',
    });
    expect(limits.aliasesMax).toBe(7);
    expect(rules).toEqual({
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      introspectionRoles: [],
      documentMode: 'allow',
      documentModeOf: new Map([['portal', 'require']]),
      documentFile: 'documents.json',
    });
  });

  it.each([
    ['TOKENS_MAX', '-1'],
    ['DEPTH_MAX', '12'],
    ['REQUEST_MS_MAX', '1e9'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example/'],
    ['CORS_ORIGINS', 'null'],
    ['TRUSTED_PROXIES', 'true'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['INTROSPECTION_ROLES', 'ROOT'],
    ['TRUSTED_DOCUMENTS', 'on'],
    ['TRUSTED_DOCUMENTS_CLIENTS', 'portal'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it('refuses trusted documents without a file, and a bucket that no operation could be paid from', () => {
    expect(() => readConfig({ TRUSTED_DOCUMENTS: 'require' })).toThrow('TRUSTED_DOCUMENTS_FILE is missing');
    expect(() => readConfig({ COST_BUCKET_SIZE: '100' })).toThrow('COST_BUCKET_SIZE is less than COST_MAX');
  });
});
