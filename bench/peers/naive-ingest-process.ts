/**
 * Usage taken in the naive way: zod, entities with every name written out, what is new found out by asking first, and
 * daily sums read, added up as numbers and written back. Record by record, or ("bulk") a body at a time. Its sums are
 * not exact; the gateway's are.
 */
import 'reflect-metadata';
import { fastify } from 'fastify';
import { Column, DataSource, Entity, Index, In, PrimaryGeneratedColumn } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';

import { serveDatabase } from '../contestant-process.js';
import { sqliteDriver } from '../../src/database/sqlite-driver.js';

const IS_IN_BULK = process.argv[2] === 'bulk';
const ROWS_PER_INSERT = 500;
const TRIES = 10;
const BODY_BYTES_MAX = 64 * 1024 * 1024;

const pushedRecord = z.object({
  id: z.string().max(200),
  source: z.string().max(200),
  stackSubscriptionId: z.guid(),
  meterId: z.guid(),
  resourceUri: z.string().max(2048),
  location: z.string().max(128),
  tags: z.record(z.string(), z.string()),
  additionalInfo: z.record(z.string(), z.unknown()),
  usageStartTime: z.iso.datetime(),
  usageEndTime: z.iso.datetime(),
  quantity: z.string().regex(/^-?\d+(\.\d+)?$/),
});

@Entity('naive_usage')
@Index(['stackSubscriptionId', 'usageStart'])
class NaiveUsage {
  @PrimaryGeneratedColumn()
  id!: number;
  @Index({ unique: true })
  @Column({ type: 'varchar', length: 200 })
  recordId!: string;
  @Column({ type: 'varchar', length: 200 })
  source!: string;
  @Column({ type: 'varchar', length: 36 })
  stackSubscriptionId!: string;
  @Column({ type: 'varchar', length: 36 })
  meterId!: string;
  @Column({ type: 'varchar', length: 2048 })
  resourceUri!: string;
  @Column({ type: 'varchar', length: 128 })
  location!: string;
  @Column({ type: 'text' })
  tags!: string;
  @Column({ type: 'text' })
  additionalInfo!: string;
  @Column({ type: 'datetime' })
  usageStart!: Date;
  @Column({ type: 'datetime' })
  usageEnd!: Date;
  @Column({ type: 'decimal', precision: 48, scale: 24 })
  quantity!: string;
}

@Entity('naive_daily')
@Index(['stackSubscriptionId', 'meterId', 'day'], { unique: true })
class NaiveDaily {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column({ type: 'varchar', length: 36 })
  stackSubscriptionId!: string;
  @Column({ type: 'varchar', length: 36 })
  meterId!: string;
  @Column({ type: 'varchar', length: 10 })
  day!: string;
  @Column({ type: 'double' })
  quantity!: number;
}

type Pushed = z.infer<typeof pushedRecord>;

function rowOf({ id, usageStartTime, usageEndTime, tags, additionalInfo, ...record }: Pushed): Omit<NaiveUsage, 'id'> {
  return {
    ...record,
    recordId: id,
    tags: JSON.stringify(tags),
    additionalInfo: JSON.stringify(additionalInfo),
    usageStart: new Date(usageStartTime),
    usageEnd: new Date(usageEndTime),
  };
}

/** A record at a time. Two that are added to one day at once may lose a sum, but never wait for each other. */
async function takeEach({ manager }: DataSource, records: readonly Pushed[]): Promise<void> {
  for (const record of records) {
    if (await manager.existsBy(NaiveUsage, { recordId: record.id })) continue;
    const row = rowOf(record);
    await manager.insert(NaiveUsage, row);
    const { stackSubscriptionId, meterId } = row;
    const key = { stackSubscriptionId, meterId, day: row.usageStart.toISOString().slice(0, 10) };
    const known = await manager.findOneBy(NaiveDaily, key);
    const quantity = Number(known?.quantity ?? 0) + Number(row.quantity);
    await manager.upsert(NaiveDaily, { ...key, quantity }, ['stackSubscriptionId', 'meterId', 'day']);
  }
}

async function takeIn(manager: EntityManager, records: readonly Pushed[]): Promise<void> {
  const ids = records.map(({ id }) => id);
  const known = new Set((await manager.find(NaiveUsage, { where: { recordId: In(ids) } })).map((row) => row.recordId));
  const rows = records.filter(({ id }) => !known.has(id)).map(rowOf);
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
    const some = rows.slice(start, start + ROWS_PER_INSERT);
    await manager.createQueryBuilder().insert().into(NaiveUsage).values(some).orIgnore().execute();
  }
  await addToDays(manager, rows);
}

async function addToDays(manager: EntityManager, rows: readonly Omit<NaiveUsage, 'id'>[]): Promise<void> {
  const nameOf = (row: Pick<NaiveDaily, 'stackSubscriptionId' | 'meterId' | 'day'>) =>
    `${row.day} ${row.stackSubscriptionId} ${row.meterId}`;
  const days = rows.map((row) => ({ ...row, day: row.usageStart.toISOString().slice(0, 10) }));
  const stored = await manager.find(NaiveDaily, {
    where: {
      stackSubscriptionId: In([...new Set(days.map((row) => row.stackSubscriptionId))]),
      meterId: In([...new Set(days.map((row) => row.meterId))]),
      day: In([...new Set(days.map((row) => row.day))]),
    },
  });
  const sums = new Map<string, Omit<NaiveDaily, 'id'>>(stored.map((row) => [nameOf(row), row]));
  const touched = new Map<string, Omit<NaiveDaily, 'id'>>();
  for (const { stackSubscriptionId, meterId, day, quantity } of days) {
    const name = nameOf({ stackSubscriptionId, meterId, day });
    const sum = touched.get(name) ?? sums.get(name) ?? { stackSubscriptionId, meterId, day, quantity: 0 };
    touched.set(name, { stackSubscriptionId, meterId, day, quantity: Number(sum.quantity) + Number(quantity) });
  }
  const changed = [...touched].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
  for (let start = 0; start < changed.length; start += ROWS_PER_INSERT) {
    const some = changed.slice(start, start + ROWS_PER_INSERT);
    await manager.upsert(NaiveDaily, some, ['stackSubscriptionId', 'meterId', 'day']);
  }
}

/** TypeORM has one connection to SQLite, so transactions there take turns; servers are tried again on a deadlock. */
function takerOf(source: DataSource, isSqlite: boolean): (records: readonly Pushed[]) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  const inTransaction = (records: readonly Pushed[]) => source.transaction((manager) => takeIn(manager, records));
  return async (records) => {
    if (isSqlite) {
      const next = last.then(() => inTransaction(records));
      last = next.catch(() => undefined);
      return next;
    }
    for (let tries = 1; ; tries += 1) {
      try {
        await inTransaction(records);
        return;
      } catch (error) {
        if (tries === TRIES || !/deadlock|record has changed/i.test(String(error))) throw error;
      }
    }
  };
}

await serveDatabase(async (url) => {
  const isSqlite = url.startsWith('sqlite:');
  const entities = [NaiveUsage, NaiveDaily];
  const source = isSqlite
    ? new DataSource({
        type: 'better-sqlite3',
        driver: sqliteDriver(),
        database: url.slice('sqlite:'.length),
        enableWAL: true,
        entities,
      })
    : new DataSource({ type: 'mysql', url, timezone: 'Z', entities });
  await source.initialize();
  await source.synchronize();
  const take = IS_IN_BULK ? takerOf(source, isSqlite) : takeEach.bind(null, source);
  const app = fastify({ bodyLimit: BODY_BYTES_MAX });
  app.post('/v1/usage', async (request) => {
    const records = z.array(pushedRecord).parse(request.body);
    await take(records);
    return { accepted: records.length };
  });
  await app.ready();
  return app.server;
});
