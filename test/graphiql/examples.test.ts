import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, parse } from 'graphql';
import type { FragmentDefinitionNode } from 'graphql';

import { ROLES } from '../../src/access/principal.js';
import type { Role } from '../../src/access/principal.js';
import { DEMO_SEED, demoPrincipals } from '../../src/demo/demo-world.js';
import { loadDemo } from '../../src/demo/load-demo.js';
import { refuseForbiddenField } from '../../src/graphql/fields/forbidden-field.js';
import { createBareSchema } from '../../src/graphql/schema.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { listen, openStream } from '../support/live-stream.js';
import { guid, push, registerCustomer, registerPartner, registerStamp, usageRecord } from '../support/world.js';
import { askCaller } from '../../web/graphiql/caller.js';
import type { Answer, Caller, Question } from '../../web/graphiql/caller.js';
import { withDates } from '../../web/graphiql/dates.js';
import { EXAMPLES } from '../../web/graphiql/example-list.js';
import type { Example } from '../../web/graphiql/example-list.js';
import { offeredExamples } from '../../web/graphiql/offered-examples.js';

const folder = join(import.meta.dirname, '..', '..', 'web', 'graphiql', 'examples');
const examples: readonly Example[] = EXAMPLES.map((listed) => {
  const query = readFileSync(join(folder, `${listed.name}.graphql`), 'utf8');
  return { ...listed, title: /^# (.+)/.exec(query)?.[1] ?? '', query };
});
const NOW = '2026-03-10T12:30:00Z';
const DAYS = 4;

describe('the examples of the GraphiQL page', () => {
  it('are all in the menu', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
    expect(EXAMPLES.map(({ name }) => `${name}.graphql`).sort()).toEqual(files.sort());
  });

  it('have titles of their own, in their first comment', () => {
    const titles = examples.map(({ title }) => title);
    expect(titles).not.toContain('');
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('are for exactly the roles that may read all that they ask for', async () => {
    const schema = await createBareSchema();
    const none = new Map<string, FragmentDefinitionNode>();
    for (const { title, query, roles } of examples) {
      const operation = getOperationAST(parse(query));
      if (operation == null) throw new Error(`${title} is not one operation.`);
      const may = ROLES.filter((role) => {
        try {
          refuseForbiddenField(schema, operation, none, role);
          return true;
        } catch {
          return false;
        }
      });
      expect({ title, roles: [...roles].sort() }).toEqual({ title, roles: [...may].sort() });
    }
  });

  it('name nothing that only some books have', () => {
    for (const { query, variables } of examples) {
      expect(query + JSON.stringify(variables)).not.toMatch(/contoso|fabrikam|[0-9a-f]{8}-[0-9a-f]{4}/i);
    }
  });

  it('leave every role something to ask, also in books that are empty', () => {
    for (const role of ROLES) {
      expect(offeredExamples(examples, { role, tenant: null, registration: null }, 0).length).toBeGreaterThan(1);
    }
  });
});

const BOOKS: readonly (readonly [string, (server: TestServer) => Promise<Books>])[] = [
  ['the demo', openDemo],
  ['books of our own', openOwn],
  ['books of our own that are empty', openEmpty],
];

interface Books {
  readonly gateway: TestGateway;
  /** Who asks in each role. */
  readonly who: Readonly<Record<Role, Who>>;
}

describeEachDatabase('every example that a caller is offered', (server) => {
  it.each(BOOKS)('is answered without an error, for each role: %s', async (name, openBooks) => {
    const { gateway, who } = await openBooks(server);
    await listen(gateway);
    for (const role of ROLES) {
      const caller = await callerOf(gateway, who[role]);
      expect(caller.role).toBe(role);
      const offered = offeredExamples(examples, caller, Date.parse(NOW));
      const needsTenant = name === 'books of our own that are empty' || role === 'INGESTOR';
      expect(caller.tenant === null).toBe(needsTenant);
      for (const { title, query, variables } of offered) {
        const { rows, errors } = await answerTo(gateway, who[role], query, variables);
        expect({ role, title, errors }).toEqual({ role, title, errors: [] });
        if (name === 'the demo' && role === 'OPERATOR') expect({ title, rows }).not.toEqual({ title, rows: 0 });
      }
    }
    await gateway.close();
  });
});

/** As the page asks. */
async function callerOf(gateway: TestGateway, who: Who): Promise<Caller> {
  const ask = async <Data>(question: Question<Data>) =>
    (await gateway.ask(who, question.toString())) as unknown as Answer<Data>;
  const caller = await askCaller(ask);
  if ('refusal' in caller) throw new Error(caller.refusal);
  return caller;
}

/** How many rows the answer has, and its errors. A stream only has to open. */
async function answerTo(gateway: TestGateway, who: Who, query: string, variables: string) {
  if (/^subscription/m.test(query)) {
    const stream = await openStream(gateway, who, query);
    stream.socket.destroy();
    return { rows: null, errors: stream.status === 200 ? [] : [stream.refusal] };
  }
  const asked = variables === '' ? {} : (JSON.parse(variables) as object);
  const { data, errors } = await gateway.ask(who, query, asked);
  const [answer] = Object.values((data ?? {}) as Readonly<Record<string, { nodes?: unknown[]; moves?: unknown[] }>>);
  return { rows: (answer?.nodes ?? answer?.moves)?.length ?? null, errors };
}

async function openDemo(server: TestServer): Promise<Books> {
  const gateway = await openTestGateway(server, { now: NOW });
  await loadDemo(gateway.app, { seed: DEMO_SEED, now: Date.parse(NOW), days: DAYS });
  const who = Object.fromEntries(demoPrincipals().map((principal) => [principal.role, principal]));
  return { gateway, who: who as Record<Role, Who> };
}

async function openOwn(server: TestServer): Promise<Books> {
  const gateway = await openTestGateway(server, { now: NOW });
  const registration = await registerStamp(gateway.app);
  await registerPartner(gateway.app, 'Northwind');
  const stack = '22222222-0000-4000-8000-000000000001';
  const { tenantId } = await registerCustomer(gateway.app, 'hub', 'Contoso', {
    reseller: 'Northwind',
    stackSubscriptions: [stack],
  });
  await push(gateway.app, registration, [usageRecord({ stackSubscriptionId: stack })]);
  return { gateway, who: callers(tenantId) };
}

async function openEmpty(server: TestServer): Promise<Books> {
  return { gateway: await openTestGateway(server, { now: NOW }), who: callers(guid('nobody')) };
}

function callers(tenantId: string): Readonly<Record<Role, Who>> {
  return {
    OPERATOR: 'OPERATOR',
    CSP_ADMIN: { role: 'CSP_ADMIN', registrations: ['hub'] },
    RESELLER: { role: 'RESELLER', resellers: ['Northwind'] },
    TENANT_USER: { role: 'TENANT_USER', tenants: [tenantId] },
    FINANCE: 'FINANCE',
    AUDITOR: 'AUDITOR',
    INGESTOR: { role: 'INGESTOR', registrations: ['hub'] },
  };
}

describe('dates in example variables', () => {
  it('become UTC midnights of the day on which the page is opened', () => {
    const variables = '{ "from": "days-ago:30", "to": "days-ahead:1", "name": "days-ago" }';
    expect(JSON.parse(withDates(variables, Date.parse('2026-03-01T23:59:59Z')))).toEqual({
      from: '2026-01-30T00:00:00Z',
      to: '2026-03-02T00:00:00Z',
      name: 'days-ago',
    });
  });
});
