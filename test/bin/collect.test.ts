import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { commandLine } from '../support/command.js';
import { describeOnSqlite } from '../support/databases.js';
import { openStamp, page, stampRow } from '../support/stamp.js';
import { guid } from '../support/world.js';
import { hourOf, hourText } from '../../src/primitives/windows.js';

const FROM = hourOf(Date.parse('2026-03-10T08:00:00Z'));

describeOnSqlite('usage-gateway collect', (server) => {
  it('pulls its sources side by side: a stamp that answers late keeps no other waiting', async () => {
    const cli = commandLine();
    let tellAsked: () => void = () => undefined;
    const otherWasAsked = new Promise<void>((resolve) => (tellAsked = resolve));
    const late = await openStamp(async () => {
      await otherWasAsked;
      return page([stampRow(FROM, 'late')]);
    });
    const prompt = await openStamp(() => {
      tellAsked();
      return page([stampRow(FROM, 'prompt')]);
    });
    const stamps = { late, prompt };
    const collectionFile = join(cli.folder, 'collection.json');
    const env = { DATABASE_URL: (await server.create()).url, COLLECTION_FILE: collectionFile, STAMP_TOKEN: 'a token' };
    const sources = Object.entries(stamps).map(([registration, { url }]) => ({
      ...{ registration, url, subscriptionId: guid('provider'), signIn: { token: { env: 'STAMP_TOKEN' } } },
      ...{ from: hourText(FROM), subscriptions: false },
    }));
    writeFileSync(collectionFile, JSON.stringify({ sources }));
    await cli.run(['migrate'], { env });
    for (const name of Object.keys(stamps)) {
      await cli.run(['registration', name, '--cloud-id', guid(name), '--base-subscription', guid(`base ${name}`)], {
        env,
      });
    }
    const { code, stdout } = await cli.start(['collect', '--until', hourText(FROM + 1)], { env }).ended;
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string; readonly accepted?: number });
    expect(code).toBe(0);
    expect(events.filter(({ event }) => event === 'hour').map(({ accepted }) => accepted)).toEqual([1, 1]);
    await Promise.all([late.close(), prompt.close()]);
    await cli.clean();
  });
});
