import { eventText, eventsOf } from '../../../src/pipeline/reporting/clients/marketplace-events.js';
import type { ReportBatch } from '../../../src/pipeline/reporting/commerce-client.js';
import type { Quantity } from '../../../src/primitives/quantity.js';
import { OFFER, openMarketplace } from '../../support/marketplace.js';
import { reportBatch } from '../../support/reporting.js';
import { guid } from '../../support/world.js';

const LEASE = { signal: new AbortController().signal, renew: async () => undefined, isFirstTry: false };

describe('the marketplace client', () => {
  it('sends at most 25 events in a call, and meets itself as a duplicate when it sends again', async () => {
    const { client, calls, taken, close } = await openMarketplace();
    const sent = batch(60);
    const first = await client.send(sent, LEASE);
    const again = await client.send(sent, LEASE);
    expect(calls).toEqual([25, 25, 10, 25, 25, 10]);
    expect(new Set(first.lines.map(({ status }) => status))).toEqual(new Set(['ACCEPTED']));
    expect(new Set(again.lines.map(({ status }) => status))).toEqual(new Set(['DUPLICATE']));
    expect(first.lines.map(({ lineId }) => lineId).sort()).toEqual(sent.lines.map(({ lineId }) => lineId).sort());
    expect(taken.size).toBe(60);
    close();
  });

  it('does not take another amount in its hour for its own', async () => {
    const { client, close } = await openMarketplace();
    await client.send(batch(1, '1'), LEASE);
    const { lines } = await client.send(batch(1, '2'), LEASE);
    expect(lines).toEqual([{ lineId: 'key-0', status: 'REJECTED', code: 'DuplicateDiffers' }]);
    close();
  });

  it('does not take a duplicate of what it never sent for its own, whatever its amount', async () => {
    const { client, close } = await openMarketplace();
    await client.send(batch(1), LEASE);
    const { lines } = await client.send(batch(1), { ...LEASE, isFirstTry: true });
    expect(lines).toEqual([{ lineId: 'key-0', status: 'REJECTED', code: 'DuplicateNotOurs' }]);
    close();
  });

  it.each(['Expired', 'ResourceNotAuthorized', 'InvalidDimension'])(
    'passes on why it was refused: %s',
    async (status) => {
      const { client, answer, close } = await openMarketplace();
      answer(() => status);
      const { lines } = await client.send(batch(1), LEASE);
      expect(lines).toEqual([{ lineId: 'key-0', status: 'REJECTED', code: status }]);
      close();
    },
  );
});

describe('events for the marketplace', () => {
  it('add the lines of a meter up, in the hour of the reported day that is the batch’s own', () => {
    const two = batch(1, '0.1');
    const lines = [...two.lines, ...two.lines.map((line) => ({ ...line, lineId: 'key-1' }))];
    const first = eventsOf({ ...two, lines }, OFFER).events;
    expect(first).toEqual([
      {
        resource: { resourceId: guid('saas of csp') },
        dimension: 'vm-hours',
        planId: 'gold',
        quantity: '0.2',
        effectiveStartTime: '2026-03-09T23:00:00.000Z',
        lineIds: ['key-0', 'key-1'],
      },
    ]);
    const hours = [1, 2, 24].map((batchNo) => eventsOf({ ...two, batchNo }, OFFER).events[0]?.effectiveStartTime);
    expect(hours).toEqual(['2026-03-09T23:00:00.000Z', '2026-03-09T22:00:00.000Z', '2026-03-09T00:00:00.000Z']);
    expect(first.map(eventText)[0]).toContain('"quantity":0.2}');
  });

  it('are one for two meters of one dimension', () => {
    const two = [...batch(1, '0.1').lines, ...batch(1, '0.1').lines];
    const lines = two.map((line, index) => ({ ...line, lineId: `key-${index}`, meterId: guid(`meter ${index}`) }));
    const dimensions = { [guid('meter 0')]: 'hours', [guid('meter 1')]: 'hours' };
    const { events } = eventsOf({ ...batch(1), lines }, { ...OFFER, dimensions });
    expect(events).toMatchObject([{ dimension: 'hours', quantity: '0.2', lineIds: ['key-0', 'key-1'] }]);
  });

  it.each([
    ['ResourceNotFound', { destinationSubscriptionId: guid('another') }],
    ['NoHourLeft', { batchNo: 25 }],
  ])('are not made where the marketplace has no place for them: %s', (code, parts) => {
    expect(eventsOf({ ...batch(1), ...parts }, OFFER)).toEqual({
      events: [],
      untakeable: [{ lineIds: ['key-0'], code }],
    });
  });

  it.each(['0', '-1'])('are not made of %s', (quantity) => {
    expect(eventsOf(batch(1, quantity), OFFER).untakeable).toEqual([{ lineIds: ['key-0'], code: 'InvalidQuantity' }]);
  });
});

/** So many lines, each of a meter of its own. */
function batch(count: number, quantity = '1.5'): ReportBatch {
  const lines = Array.from({ length: count }, (_, index) => ({
    meterId: guid(`meter ${index}`),
    quantity: quantity as Quantity,
  }));
  return reportBatch(lines, { cloudId: guid('cloud'), destinationSubscriptionId: guid('csp') });
}
