import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

import { commandLine } from '../support/command.js';
import type { CommandLine } from '../support/command.js';
import { describeEachDatabase } from '../support/databases.js';

/** Writes over every page of a SQLite file but the first, by which it is known as one. */
function damage(url: string): void {
  const file = openSync(url.slice('sqlite:'.length), 'r+');
  for (let page = 1; page < 40; page += 1) writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, page * 4_096);
  closeSync(file);
}

/** A user of the server who may read one database, and the address under which he does. */
async function readerOf(url: string): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const name = `ug_${randomBytes(6).toString('hex')}`;
  const admin = async (...statements: readonly string[]) => {
    const connection = await createConnection(url);
    for (const statement of statements) await connection.query(statement);
    await connection.end();
  };
  const database = new URL(url).pathname.slice(1);
  await admin(
    `CREATE USER '${name}'@'%' IDENTIFIED BY 'open sesame'`,
    `GRANT SELECT ON ${database}.* TO '${name}'@'%'`,
  );
  const read = new URL(url);
  read.username = name;
  read.password = 'open%20sesame';
  return { url: read.toString(), drop: () => admin(`DROP USER '${name}'@'%'`) };
}

describeEachDatabase('a database that does not do what it is asked', (server) => {
  let cli: CommandLine;
  beforeAll(() => {
    cli = commandLine();
  });
  afterAll(() => cli.clean());

  it('is one sentence that says what to do, without a password', async () => {
    const { url } = await server.create();
    if (server.dialect === 'sqlite') {
      await cli.run(['migrate'], { env: { DATABASE_URL: url } });
      damage(url);
      await expectOneSentence(url, /The SQLite file is damaged/);
      return;
    }
    const reader = await readerOf(url);
    try {
      await expectOneSentence(reader.url, /may not do what is needed: .*CREATE command denied.*Give it all rights/);
      const wrong = new URL(reader.url);
      wrong.password = 'wrong';
      await expectOneSentence(wrong.toString(), /refuses the user or password/);
      wrong.username = 'nobody_of_this_name';
      wrong.password = '';
      await expectOneSentence(wrong.toString(), /refuses the user or password/);
    } finally {
      await reader.drop();
    }
  });

  async function expectOneSentence(url: string, sentence: RegExp): Promise<void> {
    const { code, stdout, stderr } = await cli.run(['migrate'], { env: { DATABASE_URL: url } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('sesame');
  }
});
