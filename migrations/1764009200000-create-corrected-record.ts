import { createHash } from 'node:crypto';
import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/**
 * What the corrections of a record come to, and how a correction is billed: as the day of its record. Corrections that
 * are in the books already are added up; where they break the rule that holds from now on, their record is marked. They
 * go on being billed as they were.
 */
export class CreateCorrectedRecord1764009200000 implements MigrationInterface {
  readonly name = 'CreateCorrectedRecord1764009200000';

  async up(runner: QueryRunner): Promise<void> {
    const { isSqlite } = portableColumns(runner);
    for (const table of tables(runner)) await runner.createTable(table);
    // Written out: on SQLite TypeORM would rebuild the tables. Servers add a column at the end without a copy.
    for (const [table, column] of Object.entries(ADDED)) {
      for (const [name, type] of Object.entries(column)) {
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${isSqlite ? type.sqlite : type.mysql}`);
      }
    }
    await runner.query('CREATE INDEX ix_quarantined_record_awaits ON quarantined_record (awaits)');
    await addUpOlderCorrections(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { isSqlite } = portableColumns(runner);
    await runner.query(`DROP INDEX ix_quarantined_record_awaits${isSqlite ? '' : ' ON quarantined_record'}`);
    for (const [table, column] of Object.entries(ADDED)) {
      for (const name of Object.keys(column).reverse()) {
        await runner.query(`ALTER TABLE ${table} DROP COLUMN ${name}`);
      }
    }
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

const ADDED: Readonly<Record<string, Readonly<Record<string, { readonly sqlite: string; readonly mysql: string }>>>> = {
  usage_record: { corrected_day: { sqlite: 'integer NULL', mysql: 'smallint UNSIGNED NULL' } },
  registration: {
    waiting_corrections: { sqlite: 'integer NOT NULL DEFAULT 0', mysql: 'int NOT NULL DEFAULT 0' },
  },
  quarantined_record: {
    awaits: { sqlite: 'blob NULL', mysql: 'binary(16) NULL' },
    sent_by: { sqlite: 'varchar(200) NULL', mysql: 'varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL' },
    is_source_granted: { sqlite: 'boolean NOT NULL DEFAULT 0', mysql: 'tinyint NOT NULL DEFAULT 0' },
  },
};

function tables(runner: QueryRunner): Table[] {
  const { isSqlite, integer, digest, flag, quantity } = portableColumns(runner);
  const primary = { isPrimary: true };
  const day = (name: string) =>
    isSqlite ? integer(name, primary) : { name, type: 'smallint', unsigned: true, isPrimary: true };
  return [
    new Table({
      name: 'corrected_record',
      columns: [
        day('usage_day'),
        digest('identity', primary),
        integer('stack_subscription_id'),
        quantity(62),
        integer('corrections'),
        flag('is_older'),
      ],
      indices: [{ name: 'ix_corrected_record_subscription', columnNames: ['stack_subscription_id'] }],
      withoutRowid: true,
    }),
    new Table({
      name: 'correction_day',
      columns: [integer('stack_subscription_id', primary), day('reported_day'), day('corrected_day')],
      withoutRowid: true,
    }),
  ];
}

/** A correction that was taken in before anything was asked of it. */
interface Older {
  readonly registrationId: number;
  readonly stackSubscriptionId: number;
  readonly usageDay: number;
  readonly usageHour: number;
  readonly meterId: number;
  readonly uriKey: Buffer;
  readonly source: string;
  readonly corrects: string;
  readonly quantity: string;
}

interface Corrected extends Pick<Older, 'stackSubscriptionId' | 'usageHour' | 'meterId' | 'uriKey' | 'quantity'> {
  readonly corrects: string | null;
}

const ROWS = `FROM usage_record r
  JOIN stack_subscription s ON s.id = r.stack_subscription_id
  JOIN resource o ON o.id = r.resource_id
  JOIN usage_source u ON u.id = r.source_id`;
const COLUMNS = `r.stack_subscription_id AS stackSubscriptionId, r.usage_hour AS usageHour, r.meter_id AS meterId,
  o.uri_key AS uriKey, r.corrects, r.quantity`;

async function addUpOlderCorrections(runner: QueryRunner): Promise<void> {
  const sums = new Map<string, { first: Older; identity: Buffer; units: bigint; count: number; differs: boolean }>();
  const older = (await runner.query(
    `SELECT ${COLUMNS}, s.registration_id AS registrationId, r.usage_day AS usageDay, u.name AS source
     ${ROWS} WHERE r.corrects IS NOT NULL`,
  )) as Older[];
  for (const one of older) {
    const identity = identityOf(one);
    const key = `${one.usageDay} ${identity.toString('hex')}`;
    const sum = sums.get(key) ?? { first: one, identity, units: 0n, count: 0, differs: false };
    sum.units += unitsOf(one.quantity);
    sum.count += 1;
    sum.differs ||= !isOfSame(one, sum.first);
    sums.set(key, sum);
  }
  for (const { first, identity, units, count, differs } of sums.values()) {
    const [record] = (await runner.query(`SELECT ${COLUMNS} ${ROWS} WHERE r.usage_day = ? AND r.identity = ?`, [
      first.usageDay,
      identity,
    ])) as Corrected[];
    const isRight =
      record !== undefined &&
      !differs &&
      record.corrects === null &&
      isOfSame(record, first) &&
      unitsOf(record.quantity) + units >= 0n;
    await runner.query(
      `INSERT INTO corrected_record (usage_day, identity, stack_subscription_id, quantity, corrections, is_older)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [first.usageDay, identity, first.stackSubscriptionId, textOf(units), count, isRight ? 0 : 1],
    );
  }
}

function isOfSame(left: Omit<Corrected, 'corrects' | 'quantity'>, right: typeof left): boolean {
  return (
    left.stackSubscriptionId === right.stackSubscriptionId &&
    left.usageHour === right.usageHour &&
    left.meterId === right.meterId &&
    left.uriKey.equals(right.uriKey)
  );
}

/** As identities were made when this was written: they never change. */
function identityOf({ registrationId, source, corrects }: Older): Buffer {
  const text = [String(registrationId), 'pushed', source, corrects].join('\u0000');
  return createHash('sha256').update(text).digest().subarray(0, 16);
}

const DECIMALS = 24;

function unitsOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return text.startsWith('-') ? -units : units;
}

function textOf(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`;
}
