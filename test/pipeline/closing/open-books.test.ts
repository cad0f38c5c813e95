import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import { advanceWatermark, beginWatermark } from '../../../src/collection/watermark-store.js';
import { closeDays } from '../../../src/pipeline/closing/close-days.js';
import { closeDueDays } from '../../../src/pipeline/closing/close-due-days.js';
import { openBooks } from '../../../src/pipeline/closing/open-books.js';
import { readOpening } from '../../../src/pipeline/closing/opening.js';
import { prepareReports } from '../../../src/pipeline/reporting/prepare-reports.js';
import { mapTenant, unmapTenant } from '../../../src/pipeline/routing/map-tenant.js';
import { firstHourOf, hourOf } from '../../../src/primitives/windows.js';
import { findUnsent } from '../../../src/reading/reports.js';
import { getRegistration } from '../../../src/registration/registration-store.js';
import { updateRegistration } from '../../../src/registration/update-registration.js';
import { describeEachDatabase } from '../../support/databases.js';
import {
  BY,
  GRACE,
  RULE,
  TODAY,
  day,
  expectLaws,
  frozen,
  historyOf,
  hoursOf,
  importHistory,
  noCheck,
  openSetUp,
  previewed,
  recordsBy,
  stored,
} from '../../support/opening.js';
import { guid, openStamp, push, setUpStamp } from '../../support/world.js';

describeEachDatabase('books that are set up', (server) => {
  it('close nothing, whatever the clock, a command or a collector says, until they are opened', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await push(gateway.app, stamp, hoursOf(TODAY, 'contoso', 3));
    gateway.clock.set('2026-06-01T12:00:00Z');
    expect(await closeDueDays(gateway.app, GRACE)).toEqual({ closed: 0, failures: [] });
    expect(
      await closeDueDays(gateway.app, { ...GRACE, pulledBefore: async () => hourOf(gateway.clock.now()) }),
    ).toEqual({
      closed: 0,
      failures: [],
    });
    const closing = closeDays(gateway.app, { registrationId: stamp.id, through: day(TODAY), by: BY });
    await expect(closing).rejects.toMatchObject({ code: 'BOOKS_NOT_OPEN' });
    expect(await stored(gateway)).toMatchObject({ state: 'SETTING_UP', closedBeforeDay: 0 });

    await openStamp(gateway.app, stamp, RULE);
    expect(await closeDueDays(gateway.app, GRACE)).toEqual({ closed: 1, failures: [] });
    expect(await stored(gateway)).toMatchObject({ state: 'OPEN', closedBeforeDay: day('2026-06-01') });
    await expectLaws(gateway);
    await gateway.close();
  });

  it('move with a mapping that names no hour from the beginning on, and once open from the current hour on', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await push(gateway.app, stamp, hoursOf('2026-03-09', 'contoso', 24));
    const contoso = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
    const mapped = { ...contoso, cspSubscriptionId: guid('csp contoso') };
    await mapTenant(gateway.app, WHOLE_BOOKS, mapped);
    expect(await recordsBy(gateway, 'MAPPED')).toBe(24);
    await unmapTenant(gateway.app, WHOLE_BOOKS, contoso);
    expect(await recordsBy(gateway, 'MAPPED')).toBe(0);
    await mapTenant(gateway.app, WHOLE_BOOKS, mapped);
    expect(await recordsBy(gateway, 'MAPPED')).toBe(24);

    await openStamp(gateway.app, stamp, RULE);
    // The hour of the clock, 12:00, is the first that goes elsewhere.
    await push(gateway.app, stamp, hoursOf(TODAY, 'contoso', 13));
    await unmapTenant(gateway.app, WHOLE_BOOKS, contoso);
    expect(await recordsBy(gateway, 'MAPPED')).toBe(36);
    expect(await recordsBy(gateway, 'TENANT_NOT_MAPPED')).toBe(1);
    await expectLaws(gateway);
    await gateway.close();
  });

  it('take a month of history in under its own days, and close it as the preview says, with no line of it reported', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const month = Array.from({ length: 31 }, (_, index) => day('2026-01-25') + index);
    for (const one of month) await importHistory(gateway.app, stamp, historyOf(one));
    // Of the first days of the books.
    await importHistory(gateway.app, stamp, historyOf(day('2026-03-08')));
    const contoso = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
    await mapTenant(gateway.app, WHOLE_BOOKS, { ...contoso, cspSubscriptionId: guid('csp contoso') });
    await updateRegistration(
      gateway.app,
      WHOLE_BOOKS,
      { registration: 'hub', booksFrom: day('2026-03-01'), by: BY },
      noCheck,
    );

    const preview = await previewed(gateway);
    expect(preview).toMatchObject({
      booksFrom: day('2026-03-01'),
      through: day('2026-03-09'),
      refusals: [],
      mixed: [],
    });
    expect(preview.days).toEqual([...month, day('2026-03-08')].map((one) => ({ day: one, records: 12 })));
    expect(preview.onBase.map(({ reason, days, records }) => [reason, days, records])).toEqual([
      ['TENANT_NOT_MAPPED', 32, 128],
      ['TENANT_UNKNOWN', 32, 128],
    ]);
    await openBooks(gateway.app, WHOLE_BOOKS, { registration: 'hub', expect: preview.digest, by: BY }, RULE);
    expect(await closeDueDays(gateway.app, GRACE)).toEqual({ closed: 32, failures: [] });
    expect(await frozen(gateway, preview.booksFrom ?? 0)).toEqual(preview.sums);

    expect(await findUnsent(gateway.app.db.reader, stamp.id, gateway.clock.now())).toMatchObject({
      days: 1,
      oldestDay: day('2026-03-08'),
    });
    expect(await prepareReports(gateway.app)).toBe(1);
    const lines = await gateway.app.db.reader.query<{ day: number }>(
      'SELECT DISTINCT reported_day AS day FROM usage_report_line',
    );
    expect(lines).toEqual([{ day: day('2026-03-08') }]);
    await expectLaws(gateway);
    await gateway.close();
  });

  it('are opened as they were looked at: not when anything that closes at once has changed, nor empty by mistake', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const ask = (parts: object) =>
      openBooks(gateway.app, WHOLE_BOOKS, { registration: 'hub', expect: '', by: BY, ...parts }, RULE);
    await expect(ask({ expect: (await previewed(gateway)).digest })).rejects.toMatchObject({ code: 'BOOKS_ARE_EMPTY' });
    await importHistory(gateway.app, stamp, historyOf(day('2026-03-08')));
    const { digest } = await previewed(gateway);

    await importHistory(gateway.app, stamp, historyOf(day('2026-03-07')));
    await expect(ask({ expect: digest })).rejects.toMatchObject({ code: 'BOOKS_CHANGED', field: ['expect'] });
    const imported = (await previewed(gateway)).digest;
    const contoso = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
    await mapTenant(gateway.app, WHOLE_BOOKS, { ...contoso, cspSubscriptionId: guid('csp contoso') });
    await expect(ask({ expect: imported })).rejects.toMatchObject({ code: 'BOOKS_CHANGED' });
    const mapped = (await previewed(gateway)).digest;
    await updateRegistration(
      gateway.app,
      WHOLE_BOOKS,
      { registration: 'hub', booksFrom: day('2026-03-08'), by: BY },
      noCheck,
    );
    await expect(ask({ expect: mapped })).rejects.toMatchObject({ code: 'BOOKS_CHANGED' });
    const moved = (await previewed(gateway)).digest;
    gateway.clock.set('2026-03-11T12:30:00Z');
    await expect(ask({ expect: moved })).rejects.toMatchObject({ code: 'BOOKS_CHANGED' });

    // What comes in today closes later, and is no change.
    const last = (await previewed(gateway)).digest;
    await push(gateway.app, stamp, hoursOf('2026-03-11', 'contoso', 3));
    expect(await ask({ expect: last })).toMatchObject({ state: 'OPEN', booksFromDay: day('2026-03-08') });
    await gateway.close();
  });

  it('are opened once: again with the same digest changes nothing, and there is no way back', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await importHistory(gateway.app, stamp, historyOf(day('2026-03-08')));
    const { digest } = await previewed(gateway);
    const input = { registration: 'hub', expect: digest, by: BY };
    const opened = await openBooks(gateway.app, WHOLE_BOOKS, input, RULE);
    gateway.clock.set('2026-03-12T12:30:00Z');
    await closeDueDays(gateway.app, GRACE);
    const again = await openBooks(gateway.app, WHOLE_BOOKS, input, RULE);
    expect([again.openedAt, again.state]).toEqual([opened.openedAt, 'OPEN']);
    const other = openBooks(gateway.app, WHOLE_BOOKS, { ...input, expect: '0' }, RULE);
    await expect(other).rejects.toMatchObject({ code: 'BOOKS_ARE_OPEN' });
    await expect(previewed(gateway)).rejects.toMatchObject({ code: 'BOOKS_ARE_OPEN' });
    const move = { registration: 'hub', booksFrom: day('2026-03-01'), by: BY };
    await expect(updateRegistration(gateway.app, WHOLE_BOOKS, move, noCheck)).rejects.toMatchObject({
      code: 'BOOKS_ARE_OPEN',
    });
    await expect(importHistory(gateway.app, stamp, historyOf(day('2026-03-11')))).rejects.toMatchObject({
      code: 'BOOKS_ARE_OPEN',
    });
    await gateway.close();
  });

  it('keep a batch and the opening apart: either it was looked at, or it comes too late to be filed as history', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await importHistory(gateway.app, stamp, historyOf(day('2026-03-08')));
    const other = await gateway.second();
    for (let round = 0; round < 5; round += 1) {
      const { digest } = await previewed(gateway);
      const input = { registration: 'hub', expect: digest, by: BY };
      const [batch, opening] = await Promise.allSettled([
        importHistory(other, stamp, historyOf(day('2026-02-01') + round)),
        openBooks(gateway.app, WHOLE_BOOKS, input, RULE),
      ]);
      // Not both: what came in was not looked at.
      expect([batch.status, opening.status].sort()).toEqual(['fulfilled', 'rejected']);
      const [refused] = [batch, opening].flatMap((one) => (one.status === 'rejected' ? [one.reason as object] : []));
      expect(refused).toMatchObject({ code: opening.status === 'fulfilled' ? 'BOOKS_ARE_OPEN' : 'BOOKS_CHANGED' });
      if (opening.status === 'fulfilled') break;
    }
    await openStamp(gateway.app, stamp, RULE).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'BOOKS_ARE_OPEN' });
    });
    await closeDueDays(gateway.app, GRACE);
    await expectLaws(gateway);
    await gateway.close();
  });

  it('wait, where usage is pulled, for the stamp to be read past the day with which they begin', async () => {
    const { gateway } = await openSetUp(server);
    const pulled = await setUpStamp(gateway.app, 'pulled', { usageIntake: 'PULLED' });
    const { reader } = gateway.app.db;
    const refusals = async () => {
      const { refusals: found } = await readOpening(reader, await getRegistration(reader, WHOLE_BOOKS, 'pulled'), {
        ...RULE,
        now: gateway.clock.now(),
      });
      return found.map(({ code }) => code);
    };
    expect(await refusals()).toEqual(['NOT_PULLED_YET', 'BOOKS_ARE_EMPTY']);
    const begun = { registrationId: pulled.id, hour: firstHourOf(day('2026-03-08')), at: gateway.clock.now() };
    await gateway.app.db.inTransaction((tx) => beginWatermark(tx, begun));
    const move = { registration: 'pulled', booksFrom: day('2026-03-08'), by: BY };
    await updateRegistration(gateway.app, WHOLE_BOOKS, move, noCheck);
    expect(await refusals()).toEqual(['NOT_PULLED_YET', 'BOOKS_ARE_EMPTY']);
    await expect(openStamp(gateway.app, pulled, RULE)).rejects.toMatchObject({ code: 'NOT_PULLED_YET' });
    await gateway.app.db.inTransaction((tx) => advanceWatermark(tx, begun));
    expect(await refusals()).toEqual(['BOOKS_ARE_EMPTY']);
    expect(await openStamp(gateway.app, pulled, RULE)).toMatchObject({ state: 'OPEN' });
    await gateway.close();
  });

  it('say which hours of a stack subscription hold pushed and pulled records', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await importHistory(gateway.app, stamp, hoursOf('2026-03-08', 'contoso', 4));
    await gateway.app.db.inTransaction((tx) =>
      tx.execute('UPDATE usage_record SET record_id = NULL WHERE usage_hour < ?', [firstHourOf(day('2026-03-08')) + 2]),
    );
    await importHistory(gateway.app, stamp, hoursOf('2026-03-08', 'contoso', 3, 'twice'));
    expect((await previewed(gateway)).mixed).toMatchObject([{ hours: 2, pushedRecords: 2, pulledRecords: 2 }]);
    await gateway.close();
  });
});
