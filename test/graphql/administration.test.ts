import { print } from 'graphql';
import type { DocumentNode } from 'graphql';

import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { guid, registerCustomer, registerPartner, registerStamp, usageRecord } from '../support/world.js';
import type { Role } from '../../src/access/principal.js';
import {
  AddCspSubscriptionDocument,
  AssignStackSubscriptionDocument,
  CreateRegistrationDocument,
  MapTenantDocument,
  RecordUsageDocument,
  RegisterResellerDocument,
  RegisterTenantDocument,
  UnmapTenantDocument,
  UpdateCspSubscriptionDocument,
  UpdateRegistrationDocument,
  UpdateTenantDocument,
  UpsertMeterDocument,
} from '../operations/operations.js';

const ALDER = { registration: 'hub', tenantId: guid('tenant alder') };
const CSP = guid('csp alder');
const STAMP = {
  cloudId: guid('cloud two'),
  baseSubscriptionId: guid('base two'),
  baseOffer: 'CSP',
  billingModel: 'PAY_AS_YOU_USE',
};
const RECORD = usageRecord() as Record<string, string>;

interface Case {
  readonly name: string;
  readonly document: DocumentNode;
  /** Who may, besides an operator. */
  readonly also: readonly Role[];
  readonly good: object;
  readonly answer: object;
  readonly bad: readonly (readonly [input: object, code: string])[];
}

const CASES: readonly Case[] = [
  {
    name: 'createRegistration',
    document: CreateRegistrationDocument,
    also: [],
    good: { name: 'two', ...STAMP, usageIntake: 'PULLED' },
    answer: {
      registration: {
        name: 'two',
        resourceGroup: 'azurestack',
        isUsageReportingEnabled: true,
        usageIntake: 'PULLED',
      },
    },
    bad: [
      [{ name: 'HUB', ...STAMP }, 'CloudIdUpdateNotAllowed'],
      [{ name: '', ...STAMP }, 'INVALID_INPUT'],
      [{ name: 'three', ...STAMP, cloudId: 'x' }, 'INVALID_INPUT'],
      [{ name: 'three', ...STAMP, billingModel: 'CAPACITY' }, 'AGREEMENT_NUMBER_REQUIRED'],
      [{ name: 'three', ...STAMP, billingModel: 'CUSTOM' }, 'MissingMsAssetTag'],
    ],
  },
  {
    name: 'updateRegistration',
    document: UpdateRegistrationDocument,
    also: [],
    good: { registration: 'HUB', isMultitenancyApproved: true, agreementNumber: '12' },
    answer: {
      registration: { name: 'hub', partnerId: '4711', isMultitenancyApproved: true, agreementNumber: '12' },
    },
    bad: [
      [{ registration: 'nowhere', partnerId: '4711' }, 'RegistrationNotFound'],
      [{ registration: 'hub', partnerId: '4712' }, 'BadCustomerSubscriptionId'],
      [{ registration: 'hub', partnerId: 'a b' }, 'INVALID_INPUT'],
      [{ registration: 'hub', msAssetTag: 'x'.repeat(65) }, 'INVALID_INPUT'],
    ],
  },
  {
    name: 'registerTenant',
    document: RegisterTenantDocument,
    also: ['CSP_ADMIN'],
    good: { registration: 'hub', tenantId: guid('new').toUpperCase(), name: 'New', reseller: 'NORTH' },
    answer: { tenant: { tenantId: guid('new'), name: 'New', reseller: { name: 'north' } } },
    bad: [
      [{ ...ALDER, name: 'Alder' }, 'ALREADY_EXISTS'],
      [{ registration: 'hub', tenantId: 'x', name: 'X' }, 'INVALID_INPUT'],
      [{ registration: 'hub', tenantId: guid('y'), name: '' }, 'INVALID_INPUT'],
      [{ registration: 'hub', tenantId: guid('y'), name: 'Y', reseller: 'south' }, 'RESELLER_NOT_FOUND'],
      [{ registration: 'nowhere', tenantId: guid('y'), name: 'Y' }, 'RegistrationNotFound'],
    ],
  },
  {
    name: 'updateTenant',
    document: UpdateTenantDocument,
    also: ['CSP_ADMIN'],
    good: { ...ALDER, tenantId: ALDER.tenantId.toUpperCase(), name: ' Alder & Sons ', reseller: 'NORTH' },
    answer: { tenant: { tenantId: ALDER.tenantId, name: 'Alder & Sons', reseller: { name: 'north' } } },
    bad: [
      [{ ...ALDER, name: '' }, 'INVALID_INPUT'],
      [{ ...ALDER, reseller: 'south' }, 'RESELLER_NOT_FOUND'],
      [{ ...ALDER, reseller: 'north', isWithoutReseller: true }, 'INVALID_INPUT'],
      [{ ...ALDER, tenantId: guid('no'), name: 'A' }, 'TENANT_NOT_FOUND'],
      [{ ...ALDER, registration: 'nowhere', name: 'A' }, 'RegistrationNotFound'],
    ],
  },
  {
    name: 'upsertMeter',
    document: UpsertMeterDocument,
    also: [],
    good: { meterId: guid('new meter').toUpperCase(), name: 'New', unit: 'GB', billedByMicrosoft: 'yes' },
    answer: {
      meter: { meterId: guid('new meter'), name: 'New', unit: 'GB', billedByMicrosoft: 'yes', isKnown: true },
    },
    bad: [
      [{ meterId: 'x', name: 'New' }, 'INVALID_INPUT'],
      [{ meterId: guid('nameless'), unit: 'GB' }, 'INVALID_INPUT'],
      [{ meterId: guid('new meter'), name: 'x'.repeat(201) }, 'INVALID_INPUT'],
      [{ meterId: guid('new meter'), name: 'New', billedByMicrosoft: 'perhaps' }, 'INVALID_INPUT'],
    ],
  },
  {
    name: 'registerReseller',
    document: RegisterResellerDocument,
    also: ['CSP_ADMIN'],
    good: { name: 'east' },
    answer: { reseller: { name: 'east' } },
    bad: [[{ name: 'North' }, 'ALREADY_EXISTS']],
  },
  {
    name: 'addCspSubscription',
    document: AddCspSubscriptionDocument,
    also: ['CSP_ADMIN'],
    good: { ...ALDER, cspSubscriptionId: guid('csp new'), name: 'New', partnerId: '4711' },
    answer: { cspSubscription: { cspSubscriptionId: guid('csp new'), offer: 'CSP' } },
    bad: [
      [{ ...ALDER, cspSubscriptionId: CSP, name: 'Again', partnerId: '4711' }, 'ALREADY_EXISTS'],
      [{ ...ALDER, cspSubscriptionId: guid('a'), name: 'A', partnerId: '1' }, 'BadCustomerSubscriptionId'],
      [
        { ...ALDER, cspSubscriptionId: guid('a'), name: 'A', partnerId: '4711', offer: 'OTHER' },
        'InvalidCSPSubscription',
      ],
      [
        { ...ALDER, tenantId: guid('no'), cspSubscriptionId: guid('a'), name: 'A', partnerId: '4711' },
        'TENANT_NOT_FOUND',
      ],
    ],
  },
  {
    name: 'updateCspSubscription',
    document: UpdateCspSubscriptionDocument,
    also: ['CSP_ADMIN'],
    good: { registration: 'HUB', cspSubscriptionId: CSP.toUpperCase(), name: ' Alder, Azure plan ' },
    answer: { cspSubscription: { cspSubscriptionId: CSP, name: 'Alder, Azure plan' } },
    bad: [
      [{ registration: 'hub', cspSubscriptionId: CSP, name: '' }, 'INVALID_INPUT'],
      [{ registration: 'hub', cspSubscriptionId: guid('unheard of'), name: 'A' }, 'CustomerSubscriptionNotFound'],
      [{ registration: 'hub', cspSubscriptionId: 'x', name: 'A' }, 'CustomerSubscriptionNotFound'],
      [{ registration: 'nowhere', cspSubscriptionId: CSP, name: 'A' }, 'RegistrationNotFound'],
    ],
  },
  {
    name: 'mapTenant',
    document: MapTenantDocument,
    also: ['CSP_ADMIN'],
    good: { ...ALDER, cspSubscriptionId: CSP, effectiveFrom: '2026-03-10T10:00:00Z' },
    answer: {
      tenant: { mapping: { effectiveFrom: '2026-03-10T10:00:00.000Z', cspSubscription: { cspSubscriptionId: CSP } } },
    },
    bad: [
      [{ ...ALDER, cspSubscriptionId: CSP, effectiveFrom: '2026-03-10T10:30:00Z' }, 'MISALIGNED_TIME'],
      [{ ...ALDER, cspSubscriptionId: guid('csp birch') }, 'BadCustomerSubscriptionId'],
      [{ ...ALDER, cspSubscriptionId: guid('unheard of') }, 'CustomerSubscriptionNotFound'],
      [{ ...ALDER, tenantId: guid('no'), cspSubscriptionId: CSP }, 'TENANT_NOT_FOUND'],
    ],
  },
  {
    name: 'unmapTenant',
    document: UnmapTenantDocument,
    also: ['CSP_ADMIN'],
    good: ALDER,
    answer: { tenant: { mapping: null } },
    bad: [
      [{ ...ALDER, effectiveFrom: '2026-03-10T10:00:00.5Z' }, 'MISALIGNED_TIME'],
      [{ ...ALDER, tenantId: guid('no') }, 'TENANT_NOT_FOUND'],
    ],
  },
  {
    name: 'assignStackSubscription',
    document: AssignStackSubscriptionDocument,
    also: ['CSP_ADMIN'],
    good: { ...ALDER, stackSubscriptionId: guid('stack'), name: 'Shop' },
    answer: {
      stackSubscription: { stackSubscriptionId: guid('stack'), name: 'Shop', tenant: { tenantId: ALDER.tenantId } },
    },
    bad: [
      [{ ...ALDER, stackSubscriptionId: 'x' }, 'INVALID_INPUT'],
      [{ ...ALDER, tenantId: guid('no'), stackSubscriptionId: guid('stack') }, 'TENANT_NOT_FOUND'],
    ],
  },
  {
    name: 'recordUsage',
    document: RecordUsageDocument,
    also: ['INGESTOR'],
    good: { registration: 'hub', records: [RECORD, { ...RECORD, id: 'b', quantity: '1e999' }, RECORD] },
    answer: { receipt: { accepted: 1, duplicates: 1, conflicts: 0, rejected: 1 } },
    bad: [[{ registration: 'nowhere', records: [RECORD] }, 'RegistrationNotFound']],
  },
];

describeEachDatabase('mutations', (server) => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    await registerStamp(gateway.app, 'edge');
    await registerPartner(gateway.app, 'north');
    await registerCustomer(gateway.app, 'hub', 'alder');
    await registerCustomer(gateway.app, 'hub', 'birch');
  });
  afterAll(async () => gateway.close());

  it.each(CASES)('$name does what it says, or says why not', async ({ name, document, good, answer, bad }) => {
    const ask = async (input: object) => {
      const { data, errors } = await gateway.ask('OPERATOR', print(document), { input });
      expect(errors).toEqual([]);
      return data[name] as { readonly userErrors: readonly { readonly code: string }[] };
    };
    for (const [input, code] of bad) {
      const refused = await ask(input);
      expect(refused.userErrors).toMatchObject([{ code }]);
      const { userErrors: _errors, ...rest } = refused;
      expect(Object.values(rest)).toEqual([null]);
    }
    const { userErrors, ...done } = await ask(good);
    expect(userErrors).toEqual([]);
    expect(done).toMatchObject(answer);
  });

  it.each(CASES)('$name is for some roles alone, and not for another stamp', async ({ name, document, good, also }) => {
    for (const role of ['CSP_ADMIN', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR'] as const) {
      if (also.includes(role)) continue;
      const { data, errors } = await gateway.ask(role, print(document), { input: good });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      expect(data).toBeNull();
    }
    const anonymous = await gateway.http.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: print(document), variables: { input: good } },
    });
    expect(anonymous.statusCode).toBe(401);
    if (!('registration' in good)) return;
    const [role = 'OPERATOR'] = also;
    const elsewhere: Who = { role, registrations: ['edge'] };
    const { data } = await gateway.ask(elsewhere, print(document), { input: good });
    expect(data[name]).toMatchObject({ userErrors: [{ code: 'RegistrationNotFound' }] });
  });

  it('gives a customer to another reseller with all its usage, and takes it from the one before', async () => {
    const customer = { registration: 'hub', tenantId: guid('tenant cedar') };
    await registerCustomer(gateway.app, 'hub', 'cedar');
    await registerPartner(gateway.app, 'east coast');
    await registerPartner(gateway.app, 'west coast');
    const seenBy = async (reseller: string) => {
      const who: Who = { role: 'RESELLER', resellers: [reseller] };
      const { data } = await gateway.ask(who, '{ tenants(first: 10) { nodes { tenantId } } }');
      return (data['tenants'] as { readonly nodes: readonly object[] }).nodes;
    };
    const update = async (change: object) => {
      const variables = { input: { ...customer, ...change } };
      const { data } = await gateway.ask('CSP_ADMIN', print(UpdateTenantDocument), variables);
      expect(data).toMatchObject({ updateTenant: { userErrors: [] } });
    };
    const mine = [{ tenantId: customer.tenantId }];

    await update({ reseller: 'east coast' });
    expect([await seenBy('east coast'), await seenBy('west coast')]).toEqual([mine, []]);
    await update({ reseller: 'west coast', name: 'Cedar' });
    expect([await seenBy('east coast'), await seenBy('west coast')]).toEqual([[], mine]);
    await update({ isWithoutReseller: true });
    expect([await seenBy('east coast'), await seenBy('west coast')]).toEqual([[], []]);

    const asked = '{ auditLog(first: 3, action: "updateTenant") { nodes { before after } } }';
    const { data } = await gateway.ask('AUDITOR', asked);
    const steps = (data['auditLog'] as { readonly nodes: readonly Record<'before' | 'after', string>[] }).nodes;
    expect(steps.map(({ before, after }) => [JSON.parse(before), JSON.parse(after)])).toEqual([
      [
        { name: 'Cedar', reseller: 'west coast' },
        { name: 'Cedar', reseller: null },
      ],
      [
        { name: 'cedar', reseller: 'east coast' },
        { name: 'Cedar', reseller: 'west coast' },
      ],
      [
        { name: 'cedar', reseller: null },
        { name: 'cedar', reseller: 'east coast' },
      ],
    ]);
  });

  it('describes a meter that usage named first, as it was sent and counted', async () => {
    const meterId = guid('a new kind of disk');
    const record = { ...RECORD, id: 'of a new meter', meterId: meterId.toUpperCase() };
    await gateway.ask('OPERATOR', print(RecordUsageDocument), { input: { registration: 'hub', records: [record] } });
    const unknown = async () => {
      const asked = '{ meters(first: 200, isKnown: false) { nodes { meterId name } } }';
      const { data } = await gateway.ask('AUDITOR', asked);
      return (data['meters'] as { readonly nodes: readonly object[] }).nodes;
    };
    expect(await unknown()).toContainEqual({ meterId, name: null });
    const input = { meterId, name: 'New disk', unit: 'Disks*month' };
    const { data } = await gateway.ask('OPERATOR', print(UpsertMeterDocument), { input });
    expect(data).toMatchObject({
      upsertMeter: { meter: { meterId, name: 'New disk', isKnown: true }, userErrors: [] },
    });
    expect(await unknown()).not.toContainEqual(expect.objectContaining({ meterId }));

    const [, second] = await Promise.all(
      ['Disk', 'Newer disk'].map((name) =>
        gateway.ask('OPERATOR', print(UpsertMeterDocument), { input: { meterId: guid('at once'), name } }),
      ),
    );
    expect(second?.data).toMatchObject({ upsertMeter: { userErrors: [] } });
    const narrow: Who = { role: 'OPERATOR', registrations: ['hub'] };
    const refused = await gateway.ask(narrow, print(UpsertMeterDocument), { input });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
