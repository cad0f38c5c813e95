import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { decodeUsageBody } from '../../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../../src/pipeline/pipeline.js';
import { describeEachDatabase } from '../../support/databases.js';
import { openTestGateway } from '../../support/gateway.js';
import { registerStamp, usageRecord } from '../../support/world.js';

const BODIES = 24;
const BODY_BYTES = 4_000_000;

describeEachDatabase('the dictionary', (server) => {
  it('remembers names without keeping the bodies that brought them', async () => {
    const gateway = await openTestGateway(server);
    const { id: registrationId } = await registerStamp(gateway.app);
    const take = async (index: number) => {
      const record = usageRecord({
        id: `record-${index}`,
        resourceUri: `/resource-that-nobody-has-seen-before/${index}`,
      });
      const body = Buffer.from(JSON.stringify(record).padEnd(BODY_BYTES, ' '));
      const deliveries = decodeUsageBody(body, 'application/x-ndjson', gateway.clock.now());
      const { accepted } = await recordUsage(gateway.app, { registrationId, receivedBy: 'test', deliveries });
      expect(accepted).toBe(1);
    };
    await take(0);
    const before = heapUsed();
    for (let index = 1; index <= BODIES; index += 1) await take(index);
    expect(heapUsed() - before).toBeLessThan((BODIES * BODY_BYTES) / 2);
    await gateway.close();
  });
});

/** Bytes that are in use after everything unused was thrown away. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
