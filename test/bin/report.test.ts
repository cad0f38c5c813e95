import { join } from 'node:path';

import { commandLine, openByCommand } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { guid } from '../support/world.js';

const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base'), '--partner', '4711'];
const HOUR = join(import.meta.dirname, '..', 'fixtures', 'provider-usage-hour.json');
/** A port on which nothing listens. */
const NOWHERE = { COMMERCE: 'https', COMMERCE_URL: 'http://127.0.0.1:9' };

describe('usage-gateway report', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = commandLine();
    await cli.run(['migrate']);
    await cli.run(['registration', 'hub', ...REGISTRATION, '--books-from', '2019-12-01']);
    await cli.run(['ingest', HOUR, '--registration', 'hub']);
    await openByCommand(cli, 'hub');
    await cli.run(['close', '--registration', 'hub']);
  });
  afterAll(() => cli.clean());

  it('says until when a report waits and why, also when it is run again before that', async () => {
    const waits = /\n1 waits until \d{4}-\d\d-\d\d \d\d:\d\d UTC \(NetworkError\)\.\n$/;
    const first = await cli.run(['report'], { env: NOWHERE });
    expect(first).toMatchObject({ code: 1, stdout: expect.stringMatching(waits) as string, stderr: '' });
    expect(first.stdout).toContain('1 closed day was put into reports.\n0 accepted, 0 refused, 0 given up.');
    const again = await cli.run(['report'], { env: NOWHERE });
    expect(again).toMatchObject({ code: 1, stdout: expect.stringMatching(waits) as string });
    expect(again.stdout).toContain('0 closed days were put into reports.');
  });

  it('says that nothing is sent where there is no receiver', async () => {
    const { code, stderr } = await cli.run(['report']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Nothing is sent: COMMERCE names no receiver.\n' });
  });
});
