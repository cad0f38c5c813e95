import { VIEWERS, openTwoBooks, recordOf } from './two-books.js';
import type { Viewer } from './two-books.js';
import { describeOnSqlite } from '../support/databases.js';
import { guid } from '../support/world.js';

const REFUSAL = 'userErrors { code message field }';
/** Of each role first those to whom every change is refused: they leave the books as they found them. */
const ADMINISTRATORS = (['CSP_ADMIN', 'OPERATOR'] as const).map((role) => {
  const viewers = VIEWERS.filter((viewer) => viewer.role === role);
  const mayChange = ({ limit }: Viewer) => limit === 'registration';
  return [...viewers.filter((viewer) => !mayChange(viewer)), ...viewers.filter(mayChange)];
});

const resellersOf = ({ foreign }: Viewer) => foreign.map((place) => `${place} reseller`);

/** What makes a name known, with a variable for the name. Each is asked with a name that somebody else has. */
const CHANGES: readonly {
  readonly name: string;
  readonly mutation: string;
  readonly taken: (viewer: Viewer) => readonly string[];
  readonly untaken: string;
  /** The code that is given, for any name, to those who see only some tenants. */
  readonly refusal: string;
}[] = [
  {
    name: 'registerTenant',
    mutation: `mutation ($it: String!) { registerTenant(input: { registration: "ours-hub", tenantId: $it, name: "x" }) {
      tenant { tenantId name stackSubscriptions { name } } ${REFUSAL} } }`,
    taken: ({ foreign }) => foreign.map((place) => guid(`tenant ${place}`)),
    untaken: guid('a tenant of nobody'),
    refusal: 'FORBIDDEN',
  },
  {
    name: 'registerReseller',
    mutation: `mutation ($it: String!) { registerReseller(input: { name: $it }) { reseller { name } ${REFUSAL} } }`,
    taken: ({ foreign }) => foreign.map((place) => `${place} reseller`),
    untaken: 'a reseller of nobody',
    refusal: 'FORBIDDEN',
  },
  {
    name: 'addCspSubscription',
    mutation: `mutation ($it: String!) { addCspSubscription(input: { registration: "ours-hub", partnerId: "4711",
      tenantId: "${guid('tenant ours')}", cspSubscriptionId: $it, name: "x" }) {
      cspSubscription { cspSubscriptionId name tenant { name } } ${REFUSAL} } }`,
    taken: ({ foreign }) => foreign.map((place) => guid(`csp ${place}`)),
    untaken: guid('a csp of nobody'),
    refusal: 'FORBIDDEN',
  },
  ...(
    [
      ['a tenant', `tenantId: $it, name: "x"`, ({ foreign }) => foreign.map((place) => guid(`tenant ${place}`))],
      ['a reseller', `tenantId: "${guid('a tenant of nobody')}", name: "x", reseller: $it`, resellersOf],
      [
        'a CSP subscription',
        `tenantId: "${guid('tenant ours')}", cspSubscriptionId: $it`,
        ({ foreign }) => foreign.map((place) => guid(`csp ${place}`)),
      ],
      [
        'a stack subscription',
        `tenantId: "${guid('tenant ours')}", stackSubscriptionIds: [$it]`,
        ({ foreign }) => foreign.map((place) => guid(`stack ${place}`)),
      ],
    ] as const satisfies readonly (readonly [string, string, (viewer: Viewer) => readonly string[]])[]
  ).flatMap(([what, line, taken]) =>
    [true, false].map((dryRun) => ({
      name: `onboardTenants of ${what}${dryRun ? ', as a dry run' : ''}`,
      mutation: `mutation ($it: String!) { onboardTenants(input: { registration: "ours-hub", dryRun: ${dryRun},
        lines: [{ ${line} }] }) { lines { verdict steps tenant { name } ${REFUSAL} } ${REFUSAL} } }`,
      taken,
      untaken: guid(`${what} of nobody`),
      refusal: 'FORBIDDEN',
    })),
  ),
  {
    name: 'assignStackSubscription',
    mutation: `mutation ($it: String!) { assignStackSubscription(input: { registration: "ours-hub",
      tenantId: "${guid('tenant ours')}", stackSubscriptionId: $it, name: "x" }) {
      stackSubscription { stackSubscriptionId name tenant { name } } ${REFUSAL} } }`,
    taken: ({ foreign }) => foreign.map((place) => guid(`stack ${place}`)),
    untaken: guid('a stack of nobody'),
    refusal: 'STACK_SUBSCRIPTION_NOT_FOUND',
  },
];

describeOnSqlite('a name that must be unique', (server) => {
  it.each(CHANGES)(
    'tells nobody through $name whether somebody else has it',
    async ({ mutation, taken, untaken, refusal }) => {
      for (const viewers of ADMINISTRATORS) {
        const gateway = await openTwoBooks(server);
        for (const viewer of viewers) {
          const answers = [];
          for (const it of [...taken(viewer), untaken]) {
            const { status, data, errors } = await gateway.ask(viewer.who, mutation, { it });
            answers.push([status, JSON.stringify({ data, errors }).replaceAll(it, '<name>')]);
          }
          const told = [viewer.name, new Set(answers.map(String)).size, answers[0]];
          expect(told).toEqual([viewer.name, 1, answers.at(-1)]);
          if (viewer.limit !== 'registration') expect(String(answers[0])).toContain(`"code":"${refusal}"`);
        }
        await gateway.close();
      }
    },
  );

  it('of a record is its registration’s own: the same record on two stamps is two records', async () => {
    const gateway = await openTwoBooks(server);
    const sender = { role: 'INGESTOR', subject: 'sender', registrations: ['ours-hub'] } as const;
    const { statusCode, body } = await gateway.http.inject({
      method: 'POST',
      url: '/v1/usage?registration=ours-hub',
      headers: { authorization: `Bearer ${await gateway.token(sender)}`, 'content-type': 'application/json' },
      payload: JSON.stringify([{ ...recordOf('stranger', '2026-03-08T02:00:00Z'), quantity: '3' }]),
    });
    expect([statusCode, JSON.parse(body)]).toMatchObject([200, { accepted: 1, duplicates: 0, conflicts: 0 }]);
    expect(body).not.toContain('9900199');
    await gateway.close();
  });

  it('of a record is nothing for a sender who sees only some tenants of the registration, on both doors', async () => {
    const gateway = await openTwoBooks(server);
    const sender = { role: 'INGESTOR', subject: 'sender', tenants: [guid('tenant ours')] } as const;
    const stolen = { ...recordOf('neighbour', '2026-03-08T02:00:00Z'), quantity: '3' };
    const { statusCode, body } = await gateway.http.inject({
      method: 'POST',
      url: '/v1/usage?registration=ours-hub',
      headers: { authorization: `Bearer ${await gateway.token(sender)}`, 'content-type': 'application/json' },
      payload: JSON.stringify([stolen]),
    });
    expect(statusCode).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'RegistrationNotFound' } });
    const { id, source, stackSubscriptionId, quantity } = stolen as unknown as Record<string, string>;
    const { data } = await gateway.ask(
      sender,
      `mutation ($record: UsageRecordInput!) { recordUsage(input: { registration: "ours-hub", records: [$record] }) {
        receipt { conflicts } ${REFUSAL} } }`,
      { record: { id, source, stackSubscriptionId, quantity } },
    );
    expect(data.recordUsage).toMatchObject({ receipt: null, userErrors: [{ code: 'RegistrationNotFound' }] });
    await gateway.close();
  });
});
