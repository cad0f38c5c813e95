import type { TestGateway } from './gateway.js';
import { guid } from './world.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { deliveriesOfProvider } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { hourOf } from '../../src/primitives/windows.js';
import { getRegistration } from '../../src/registration/registration-store.js';

const STACK = guid('stack subscription');

/** A row of a stamp for a day that is closed: its id in quarantine. */
export async function lateRow(gateway: TestGateway, name: string): Promise<string> {
  const { app, clock } = gateway;
  const { id: registrationId } = await getRegistration(app.db.reader, WHOLE_BOOKS, name);
  const properties = {
    ...{ subscriptionId: STACK, meterId: guid('meter'), quantity: '1' },
    ...{ usageStartTime: '2026-03-10T10:00:00Z', usageEndTime: '2026-03-10T11:00:00Z' },
    instanceData: JSON.stringify({ 'Microsoft.Resources': { resourceUri: '/vm' } }),
  };
  const response = { rows: [{ properties }], nextLink: null, latestUsageHour: null };
  const pulled = { reportedHour: hourOf(Date.parse('2026-03-10T11:00:00Z')), source: 'stamp', now: clock.now() };
  const deliveries = deliveriesOfProvider(response, pulled);
  await recordUsage(app, { registrationId, receivedBy: 'test', deliveries });
  const { data } = await gateway.ask('OPERATOR', '{ quarantinedRecords(code: "WINDOW_CLOSED") { nodes { id } } }');
  return data.quarantinedRecords.nodes[0].id;
}

/** The id of a record that is in the books. */
export async function anyRecord(gateway: TestGateway): Promise<string> {
  const range = 'range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }';
  const { data } = await gateway.ask('OPERATOR', `{ usageRecords(${range}) { nodes { id } } }`);
  return data.usageRecords.nodes[0].id;
}
