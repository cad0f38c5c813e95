import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { CommerceError } from '../../src/pipeline/reporting/commerce-client.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { getRegistration } from '../../src/registration/registration-store.js';
import type { TestGateway } from '../support/gateway.js';
import { anyRecord, lateRow } from '../support/things-to-change.js';
import { guid, openingDigest, push, setUpStamp, usageRecord } from '../support/world.js';

const STACK = guid('stack subscription');

/** One call of every mutation of the schema that is done, in an order in which each finds what it needs. */
export const DONE: Readonly<Record<string, string>> = {
  createRegistration: `input: { name: "edge", cloudId: "${guid('edge')}", baseSubscriptionId: "${guid('base')}",
    baseOffer: CSP, billingModel: PAY_AS_YOU_USE, partnerId: "4711", isMultitenancyApproved: true }`,
  updateRegistration: 'input: { registration: "edge", msAssetTag: "A-1" }',
  openBooks: 'input: { registration: "edge", expect: "…", evenIfEmpty: true }',
  registerReseller: 'input: { name: "Northwind" }',
  registerTenant: `input: { registration: "edge", tenantId: "${guid('tenant')}", name: "Contoso" }`,
  updateTenant: `input: { registration: "edge", tenantId: "${guid('tenant')}", reseller: "Northwind" }`,
  upsertMeter: `input: { meterId: "${guid('meter')}", name: "Meter" }`,
  addCspSubscription: `input: { registration: "edge", tenantId: "${guid('tenant')}", name: "CSP",
    cspSubscriptionId: "${guid('csp')}", partnerId: "4711" }`,
  updateCspSubscription: `input: { registration: "edge", cspSubscriptionId: "${guid('csp')}", name: "Contoso" }`,
  assignStackSubscription: `input: { registration: "edge", tenantId: "${guid('tenant')}", stackSubscriptionId: "${STACK}" }`,
  mapTenant: `input: { registration: "edge", tenantId: "${guid('tenant')}", cspSubscriptionId: "${guid('csp')}" }`,
  unmapTenant: `input: { registration: "edge", tenantId: "${guid('tenant')}" }`,
  onboardTenants: `input: { registration: "edge", dryRun: false, lines: [{ tenantId: "${STACK}", name: "B" }] }`,
  discardRegistration: 'input: { registration: "…" }',
  createApiKey: 'input: { name: "portal", role: AUDITOR }',
  revokeApiKey: 'input: { keyId: "…" }',
  retryReport: 'input: { reportId: "…" }',
  replayQuarantined: 'input: { registration: "edge", ids: ["…"] }',
  correctUsage: 'input: { record: "…", quantity: "-0.5", reason: "Counted twice." }',
};

/** What these are about is made first. */
export const ID_FOR: Readonly<Record<string, (gateway: TestGateway) => Promise<string>>> = {
  openBooks: ({ app }) => openingDigest(app, 'edge'),
  discardRegistration: async ({ app }) => (await setUpStamp(app, 'wrong')).name,
  retryReport: (gateway) => givenUpReport(gateway, 'edge'),
  replayQuarantined: (gateway) => lateRow(gateway, 'edge'),
  correctUsage: (gateway) => anyRecord(gateway),
};

/** A report of a registration whose usage nobody would take: its opaque id. */
async function givenUpReport(gateway: TestGateway, name: string): Promise<string> {
  const { app, clock } = gateway;
  const { id: registrationId } = await getRegistration(app.db.reader, WHOLE_BOOKS, name);
  await push(app, { id: registrationId }, [usageRecord()]);
  clock.set('2026-03-12T00:30:00Z');
  await closeDays(app, { registrationId, through: dayOf(hourOf(clock.now())) - 1, by: 'test' });
  await prepareReports(app);
  const refuse = async () => {
    throw new CommerceError('RequestRefused', 'It will not have this.');
  };
  const commerce = { name: 'refusing', send: refuse, totals: async () => null };
  await sendReports({ ...app, commerce, jitter: () => 0 }, new AbortController().signal);
  const { data } = await gateway.ask('OPERATOR', '{ usageReports(states: [GIVEN_UP]) { nodes { id } } }');
  return data.usageReports.nodes[0].id;
}
