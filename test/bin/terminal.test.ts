/** What the person at a terminal sees of commands that take long, and of Ctrl-C. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';

import { withProgress } from '../../src/bin/progress.js';
import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { openDatabase } from '../../src/database/open-database.js';
import { entities, migrations } from '../../src/data-source.js';
import { guid, usageRecord } from '../support/world.js';

/** Node believes that its standard error is a terminal; what it writes there is read through a pipe. */
const TERMINAL = { NODE_OPTIONS: '--import=data:text/javascript,process.stderr.isTTY=true' };
const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base'), '--partner', '4711'];

describe('progress', () => {
  function screen(isTTY: boolean) {
    let text = '';
    return { isTTY, write: (more: string) => (text += more), text: () => text };
  }

  it('is silent for two seconds, then redraws one line with the seconds, and clears it', async () => {
    const terminal = screen(true);
    let now = 0;
    const answer = await withProgress(
      async (progress) => {
        progress.show('one');
        now = 2_500;
        progress.show('two');
        progress.show('too soon after the last');
        return 'done';
      },
      terminal,
      () => now,
    );
    expect(answer).toBe('done');
    expect(terminal.text()).toBe('\r\u001b[Ktwo (2 s)\r\u001b[K');
  });

  it('says at once what will hold up everything else, and clears the line when the work fails', async () => {
    const terminal = screen(true);
    const failing = withProgress(async (progress) => {
      progress.showNow('Reading');
      throw new Error('broken');
    }, terminal);
    await expect(failing).rejects.toThrow('broken');
    expect(terminal.text()).toBe('\r\u001b[KReading\r\u001b[K');
  });

  it('writes nothing where nobody looks', async () => {
    const file = screen(false);
    await withProgress(async (progress) => progress.showNow('Reading'), file);
    expect(file.text()).toBe('');
  });
});

describe('Ctrl-C at a terminal', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = commandLine();
    await cli.run(['migrate']);
    await cli.run(['registration', 'hub', ...REGISTRATION]);
  });
  afterAll(() => cli.clean());

  it('ends a server cleanly and says so; a service that is told to end says nothing', async () => {
    const server = cli.start(['serve'], { env: TERMINAL });
    await server.complained(/Explore it/);
    server.signal('SIGINT');
    const stopped = await server.ended;
    expect(stopped.code).toBe(0);
    expect(stopped.stderr).toMatch(/Stopped\.\n$/);

    const service = cli.start(['serve'], { env: TERMINAL });
    await service.complained(/Explore it/);
    service.signal('SIGTERM');
    expect((await service.ended).stderr).not.toContain('Stopped');
  });

  it('ends an ingest, and running it again takes in the rest', async () => {
    const usageStartTime = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 5 * 3_600_000).toISOString();
    const lines = Array.from({ length: 60_000 }, (_, n) =>
      JSON.stringify(usageRecord({ id: `r${n}`, usageStartTime })),
    );
    const file = join(cli.folder, 'large.ndjson');
    writeFileSync(file, lines.join('\n'));
    const db = await openDatabase({ url: `sqlite:${join(cli.folder, 'data', 'usage.sqlite')}`, entities, migrations });
    const counted = async () =>
      Number((await db.reader.query<{ records: number }>('SELECT COUNT(*) AS records FROM usage_record'))[0]?.records);
    const command = ['ingest', file, '--registration', 'hub'];
    const ingest = cli.start(command, { env: TERMINAL });
    await ingest.complained('Reading');
    while ((await counted()) === 0) await breathe();
    ingest.signal('SIGINT');
    const { code, stdout, stderr } = await ingest.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/Stopped\.\n$/);
    expect(await counted()).toBeLessThan(60_000);
    const again = await cli.start(command).ended;
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^60000 records: \d+ accepted/) as string });
    expect(await counted()).toBe(60_000);
    await db.close();
  });
});
