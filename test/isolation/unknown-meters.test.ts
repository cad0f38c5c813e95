import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { upsertMeter } from '../../src/metering/upsert-meter.js';
import { discardRegistration } from '../../src/pipeline/closing/discard-registration.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import {
  METERS,
  guid,
  push,
  registerCustomer,
  registerPartner,
  registerStamp,
  setUpStamp,
  usageRecord,
} from '../support/world.js';

const METER = METERS.unknown;
const ALDER = guid('stack of alder');
const BIRCH = guid('stack of birch');
const RANGE = 'range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }';

/** Callers by what they are limited to; two customers of `hub` with a reseller each, and another stamp. */
const VIEWERS: Readonly<Record<string, Who>> = {
  everything: 'AUDITOR',
  hub: { role: 'OPERATOR', registrations: ['hub'] },
  edge: { role: 'OPERATOR', registrations: ['edge'] },
  alder: { role: 'TENANT_USER', tenants: [guid('tenant alder')] },
  birch: { role: 'TENANT_USER', tenants: [guid('tenant birch')] },
  'reseller of alder': { role: 'RESELLER', resellers: ['alder partner'] },
  'reseller of birch': { role: 'RESELLER', resellers: ['birch partner'] },
};

describeEachDatabase('a meter that no catalogue knows', (server) => {
  let gateway: TestGateway;
  let hub: { readonly id: number };
  beforeEach(async () => {
    gateway = await openTestGateway(server);
    hub = await registerStamp(gateway.app);
    await registerStamp(gateway.app, 'edge');
    for (const [name, stack] of [
      ['alder', ALDER],
      ['birch', BIRCH],
    ] as const) {
      await registerPartner(gateway.app, `${name} partner`);
      await registerCustomer(gateway.app, 'hub', name, { reseller: `${name} partner`, stackSubscriptions: [stack] });
    }
  });
  afterEach(() => gateway.close());

  it('is seen by whoever sees usage of it, and by nobody else', async () => {
    await use({ stackSubscriptionId: ALDER });
    expect(await seenBy()).toEqual(['everything', 'hub', 'alder', 'reseller of alder']);
  });

  it('goes where its stack subscription goes', async () => {
    await use({ stackSubscriptionId: ALDER });
    const birch = { registration: 'hub', tenantId: guid('tenant birch'), by: 'test' };
    await assignStackSubscription(gateway.app, WHOLE_BOOKS, { ...birch, stackSubscriptionId: ALDER });
    expect(await seenBy()).toEqual(['everything', 'hub', 'birch', 'reseller of birch']);
  });

  it('of usage whose tenant nobody has said is for those who see all tenants', async () => {
    await use({ stackSubscriptionId: guid('a stray stack') });
    expect(await seenBy()).toEqual(['everything', 'hub']);
  });

  it('of refused records alone is for those who see everything', async () => {
    await use({ stackSubscriptionId: ALDER, meterId: METERS.vmHours });
    const { verdicts } = await push(gateway.app, hub, [usageRecord({ stackSubscriptionId: ALDER, meterId: METER })]);
    expect(verdicts).toMatchObject([{ verdict: 'CONFLICT' }]);
    expect(await seenBy()).toEqual(['everything']);
  });

  it('of a registration that was taken back is for those who see everything, until another has usage of it', async () => {
    const wrong = await setUpStamp(gateway.app, 'wrong');
    await push(gateway.app, wrong, [usageRecord({ meterId: METER })]);
    await discardRegistration(gateway.app, WHOLE_BOOKS, { registration: 'wrong', by: 'test' });
    expect(await seenBy()).toEqual(['everything']);
    await use({ stackSubscriptionId: BIRCH });
    expect(await seenBy()).toEqual(['everything', 'hub', 'birch', 'reseller of birch']);
  });

  it('is everybody’s once an operator of everything has described it', async () => {
    await use({ stackSubscriptionId: ALDER });
    await upsertMeter(gateway.app, { meterId: METER, name: 'New', by: 'test' });
    expect(await seenBy()).toEqual(Object.keys(VIEWERS));
  });

  it('is described by nobody who sees only some of those who may have usage of it', async () => {
    const describe = `mutation { upsertMeter(input: { meterId: "${METER}", name: "Mine" }) { meter { name } } }`;
    for (const limit of [{ tenants: [guid('tenant birch')] }, { registrations: ['hub'] }, { resellers: ['x'] }]) {
      const { errors } = await gateway.ask({ role: 'OPERATOR', ...limit }, describe);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it('is taken in whoever else has it, and what is answered does not tell', async () => {
    await use({ stackSubscriptionId: ALDER });
    const edge = { role: 'INGESTOR', registrations: ['edge'] } as const;
    const answers = [];
    for (const meterId of [METER, guid('a meter that nobody has')]) {
      const { statusCode, body } = await gateway.http.inject({
        method: 'POST',
        url: '/v1/usage?registration=edge',
        headers: { authorization: `Bearer ${await gateway.token(edge)}`, 'content-type': 'application/json' },
        payload: JSON.stringify([usageRecord({ id: meterId, meterId })]),
      });
      answers.push([statusCode, body.replaceAll(meterId, 'id').replace(/"batchId":\d+/, '')]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(await seenBy()).toEqual(['everything', 'hub', 'edge', 'alder', 'reseller of alder']);
  });

  function use(parts: { readonly stackSubscriptionId: string; readonly meterId?: string }) {
    return push(gateway.app, hub, [usageRecord({ meterId: METER, ...parts })]);
  }

  /** Who of all sees the meter. Each way to ask for it must say the same, and to the others what is nobody's. */
  async function seenBy(): Promise<readonly string[]> {
    const all = await gateway.ask('OPERATOR', '{ meters(first: 200) { nodes { id meterId } } }');
    const meters = all.data.meters.nodes as readonly { readonly id: string; readonly meterId: string }[];
    const id = meters.find(({ meterId }) => meterId === METER)?.id ?? '';
    const seen = [];
    for (const [name, who] of Object.entries(VIEWERS)) {
      const { data, errors } = await gateway.ask(
        who,
        `query ($id: ID!, $meters: [UUID!]!) {
           meters(first: 200) { nodes { meterId } }
           node(id: $id) { id } nodes(ids: [$id]) { id }
           usageSummary(${RANGE}, groupBy: [], filter: { meterIds: $meters }) { nodes { meter { meterId } } } }`,
        { id, meters: [METER] },
      );
      expect([name, errors]).toEqual([name, []]);
      const listed = data.meters.nodes.some(({ meterId }: { meterId: string }) => meterId === METER) as boolean;
      expect([name, data.node, data.nodes]).toEqual([name, listed ? { id } : null, [listed ? { id } : null]]);
      // Whoever finds usage of it is told what it is of.
      const usage = data.usageSummary.nodes as readonly object[];
      expect([name, usage]).toEqual([name, usage.length === 0 ? [] : [{ meter: { meterId: METER } }]]);
      if (!listed) expect([name, usage]).toEqual([name, []]);
      if (listed) seen.push(name);
    }
    return seen;
  }
});
