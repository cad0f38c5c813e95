import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { migrations } from '../../src/data-source.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const FOLDER = join(import.meta.dirname, '..', '..', 'migrations');

describeEachDatabase('migrations', (server) => {
  it('seed the 85 known meters', async () => {
    const { db, close } = await openTestDatabase(server);
    const rows = await db.reader.query<{ meters: number }>('SELECT COUNT(*) AS meters FROM meter');
    expect(Number(rows[0]?.meters)).toBe(85);
    await close();
  });
});

describe('the list of migrations', () => {
  const timestamps = migrations.map(({ name }) => Number(/\d{13}$/.exec(name)?.[0]));

  it('is in the order of their timestamps, because TypeORM would run a late one out of order', () => {
    expect(timestamps).toEqual([...timestamps].sort((left, right) => left - right));
    expect(new Set(timestamps).size).toBe(timestamps.length);
  });

  it('holds every migration of the folder', async () => {
    const listed = migrations.map(({ name }) => name).sort();
    expect(await exportedClasses()).toEqual(listed);
  });

  it('names each migration after its file, so that the database shows which file was run', async () => {
    const files = (await readdir(FOLDER)).filter((file) => /^\d{13}-/.test(file)).sort();
    expect(files.map((file) => Number(file.slice(0, 13)))).toEqual(timestamps);
  });
});

async function exportedClasses(): Promise<string[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(FOLDER, file), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^export class (\w+)/gm)].map(([, name]) => String(name))).sort();
}
