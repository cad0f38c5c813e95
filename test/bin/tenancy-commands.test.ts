import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { describeEachDatabase } from '../support/databases.js';
import { guid, usageRecord } from '../support/world.js';

const HOUR = 3_600_000;
const REGISTRATION = ['--cloud-id', guid('cloud'), '--base-subscription', guid('base'), '--partner', '4711'];
const ON_HUB = ['--registration', 'hub'];
const [TENANT, CSP, STACK] = [guid('tenant'), guid('csp'), guid('stack')];
/** An hour that is over, whenever the tests run: the command has the clock of the machine. */
const START = new Date((Math.floor(Date.now() / HOUR) - 2) * HOUR).toISOString();

describeEachDatabase('the commands about customers', (server) => {
  let cli: CommandLine;
  let env: Readonly<Record<string, string>>;
  const run = async (...args: readonly string[]) => cli.run(args, { env });
  /** What a command says where it does what it is asked. */
  const said = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout.trimEnd().split('\n');
  };
  const refused = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
    return stderr.trimEnd();
  };

  beforeAll(async () => {
    cli = commandLine();
    env = { DATABASE_URL: (await server.create()).url };
    await said('migrate');
    await said('registration', 'hub', ...REGISTRATION, '--multitenancy');
    writeFileSync(
      join(cli.folder, 'usage.json'),
      JSON.stringify([usageRecord({ id: 'one', stackSubscriptionId: STACK, usageStartTime: START, quantity: '0.10' })]),
    );
    await said('ingest', join(cli.folder, 'usage.json'), ...ON_HUB);
  });
  afterAll(async () => cli.clean());

  it('bring a customer in, show what would move before it moves, and tell refusals with their codes', async () => {
    expect(await said('reseller', 'register', 'North', '--partner', '5000')).toEqual(['Registered reseller North.']);
    expect(await said('tenant', 'list', ...ON_HUB)).toEqual(['hub has no tenants.']);
    expect(await said('tenant', 'register', TENANT, ...ON_HUB, '--name', 'Contoso', '--reseller', 'north')).toEqual([
      `Registered tenant ${TENANT} (Contoso).`,
    ]);
    expect(await refused('tenant', 'register', TENANT, ...ON_HUB, '--name', 'Contoso')).toMatch(/ \(ALREADY_EXISTS\)$/);
    expect(await refused('tenant', 'map', TENANT, ...ON_HUB, '--csp-subscription', CSP)).toBe(
      'The registration has no such CSP subscription. (CustomerSubscriptionNotFound)',
    );
    const added = await said('csp-subscription', 'add', CSP, ...ON_HUB, '--tenant', TENANT, '--name', 'Azure plan');
    expect(added).toEqual([`Added CSP subscription ${CSP} (Azure plan). Nothing is billed to it yet.`]);

    const map = ['tenant', 'map', TENANT, ...ON_HUB, '--csp-subscription', CSP, '--from', START];
    expect(await said(...map, '--dry-run')).toEqual([
      `Nothing was changed. Usage of tenant ${TENANT} (Contoso) would be billed to CSP subscription ${CSP} from ${START} on.`,
      'No usage of an open day would move.',
    ]);
    const billed = `Usage of tenant ${TENANT} (Contoso) is billed to CSP subscription ${CSP} (Azure plan) from ${START} on.`;
    expect(await said(...map)).toEqual([billed]);
    expect(await said(...map)).toEqual([billed]);

    const assign = ['tenant', 'assign', TENANT, STACK, ...ON_HUB];
    const planned = await said(...assign, '--dry-run');
    expect(planned[0]).toBe(
      `Nothing was changed. Stack subscription ${STACK} would belong to tenant ${TENANT} (Contoso).`,
    );
    expect(planned.slice(1).map((line) => line.split(/ {2,}/))).toEqual([
      ['meter', 'quantity', 'unit', 'records', 'billed now to', 'would be billed to'],
      [
        'VM size hours',
        '0.1',
        'VM hours',
        '1',
        `base subscription ${guid('base')} (TENANT_UNKNOWN)`,
        `CSP subscription ${CSP}`,
      ],
    ]);
    expect(await said(...assign)).toEqual([`Stack subscription ${STACK} belongs to tenant ${TENANT} (Contoso).`]);
    expect(await said(...assign, '--dry-run')).toContain('No usage of an open day would move.');

    const unmap = ['tenant', 'unmap', TENANT, ...ON_HUB, '--from', START];
    const back = await said(...unmap, '--dry-run');
    expect(back.slice(1).map((line) => line.split(/ {2,}/).slice(3))).toEqual([
      ['records', 'billed now to'],
      ['1', `CSP subscription ${CSP}`],
    ]);
    expect((await said('tenant', 'list', ...ON_HUB))[1]?.split(/ {2,}/)).toEqual([
      TENANT,
      'Contoso',
      'North',
      CSP,
      START,
      '1',
    ]);
    expect(await said(...unmap)).toEqual([
      `Usage of tenant ${TENANT} (Contoso) is billed to the base subscription from the beginning on.`,
    ]);
  });

  it('rename, and list what there is', async () => {
    expect(await said('tenant', 'update', TENANT, ...ON_HUB, '--name', 'Contoso Ltd', '--no-reseller')).toEqual([
      `Updated tenant ${TENANT} (Contoso Ltd).`,
    ]);
    expect(await said('csp-subscription', 'update', CSP, ...ON_HUB, '--name', 'Contoso plan')).toEqual([
      `Updated CSP subscription ${CSP} (Contoso plan).`,
    ]);
    const [, listed] = await said('csp-subscription', 'list', ...ON_HUB);
    expect(listed?.split(/ {2,}/)).toEqual([CSP, 'Contoso plan', TENANT, 'Contoso Ltd', '4711']);
    expect((await said('reseller', 'list')).map((line) => line.split(/ {2,}/))).toEqual([
      ['reseller', 'partner'],
      ['North', '5000'],
    ]);
    expect(await run('tenant', 'update', TENANT, ...ON_HUB)).toMatchObject({ code: 2, stdout: '' });
    const half = await run('tenant', 'unmap', TENANT, ...ON_HUB, '--from', '2026-03-10T10:30:00Z');
    expect(half).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--from is a whole UTC hour') });
    expect(await refused('tenant', 'list', '--registration', 'nowhere')).toMatch(/\(RegistrationNotFound\)$/);
  });

  it('bring in a file of customers line by line, end with 3 where lines were refused, and change nothing again', async () => {
    const [first, second, csp, stack] = [guid('first'), guid('second'), guid('first csp'), guid('first stack')];
    const file = join(cli.folder, 'customers.csv');
    const rows = [
      'Tenant;Name;Reseller;CSP subscription;Stack subscriptions;Effective from',
      `${first};"First; Ltd";north;${csp};"${stack}, ${guid('more')}";${START}`,
      `${second};Second;;;;${START}`,
      `${second.toUpperCase()};Second;;;;`,
      `${TENANT};Contoso Ltd;;;;`,
    ];
    writeFileSync(file, `\ufeff${rows.join('\r\n')}\r\n`);
    const steps = 'REGISTER_TENANT, ADD_CSP_SUBSCRIPTION, MAP_TENANT, ASSIGN_STACK_SUBSCRIPTION';
    const unchanged = `line 5: UNCHANGED ${TENANT} (Contoso Ltd)`;
    const twice = (other: number) => `The tenant ${second} stands in line ${other} as well: name it once.`;
    const stderr = [
      'line 3: REFUSED INVALID_INPUT in "effective from": effectiveFrom says from when a CSP subscription is billed, and the line names none.',
      `line 3: REFUSED DUPLICATE_LINE in "tenant": ${twice(4)}`,
      `line 4: REFUSED DUPLICATE_LINE in "tenant": ${twice(3)}\n`,
    ].join('\n');
    expect(await run('onboard', file, ...ON_HUB, '--dry-run')).toEqual({
      code: 3,
      stderr,
      stdout: `line 2: PLANNED ${first} (First; Ltd): ${steps}\n${unchanged}\n4 lines: 1 to do, 1 unchanged, 2 refused. Nothing was changed.\n`,
    });
    expect(await run('onboard', file, ...ON_HUB)).toEqual({
      code: 3,
      stderr,
      stdout: `line 2: DONE ${first} (First; Ltd): ${steps}\n${unchanged}\n4 lines: 1 done, 1 unchanged, 2 refused.\n`,
    });
    writeFileSync(file, rows.filter((_, index) => index !== 2 && index !== 3).join('\n'));
    expect(await said('onboard', file, ...ON_HUB)).toEqual([
      `line 2: UNCHANGED ${first} (First; Ltd)`,
      `line 3: UNCHANGED ${TENANT} (Contoso Ltd)`,
      '2 lines: 0 done, 2 unchanged, 0 refused.',
    ]);
    writeFileSync(file, 'tenant,nmae\n');
    expect(await refused('onboard', file, ...ON_HUB)).toMatch(/did you mean "name"\?.*\(INVALID_INPUT\)$/);
    expect(await refused('onboard', join(cli.folder, 'none.csv'), ...ON_HUB)).toMatch(/^There is no .*none\.csv\.$/);
  });

  it('read a file from standard input, as a process of its own', async () => {
    const input = `tenant,name\n${guid('piped')},Piped\n`;
    const { code, stdout } = await cli.start(['onboard', '-', ...ON_HUB], { env, input }).ended;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `line 2: DONE ${guid('piped')} (Piped): REGISTER_TENANT\n1 line: 1 done, 0 unchanged, 0 refused.\n`,
    });
  });

  it('are written down as the command line’s', async () => {
    const app = await createApp(readConfig({ ...env, DATA_FOLDER: join(cli.folder, 'data') }));
    const rows = await app.db.reader.query<{ action: string; credential: string; subject: string }>(
      'SELECT DISTINCT action, credential, subject FROM audit_entry ORDER BY action',
    );
    await app.close();
    const actions = [
      'addCspSubscription',
      'assignStackSubscription',
      'createRegistration',
      'mapTenant',
      'registerReseller',
      'registerTenant',
      'unmapTenant',
      'updateCspSubscription',
      'updateTenant',
    ];
    expect(rows).toEqual(actions.map((action) => ({ action, credential: 'COMMAND_LINE', subject: 'command line' })));
  });
});
