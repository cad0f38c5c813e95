import { insertRow, insertRows, loadTuples, update } from '../../src/database/change.js';
import { count, exactSum, expression, greatest, least, literal, total } from '../../src/database/expressions.js';
import { select, selectTuples } from '../../src/database/select.js';
import { alias, leftJoined } from '../../src/database/table.js';
import type { Sql } from '../../src/database/transaction.js';
import { meterTable } from '../../src/metering/meter.entity.js';
import { correctedRecordTable, usageRecordTable } from '../../src/pipeline/ingestion/ingestion.entity.js';
import { usageDayTotalTable } from '../../src/pipeline/rollup/rollup.entity.js';
import { digest16 } from '../../src/primitives/ids.js';
import type { Quantity } from '../../src/primitives/quantity.js';
import { tenantTable } from '../../src/tenancy/tenancy.entity.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const LATE = 253_402_300_799_999;
const QUANTITY = '-999999999999999999999999.000000000000000000000001' as Quantity;
const METER = {
  meterGuid: '00000000-0000-0000-0000-00000000beef',
  wireId: 'beef',
  name: null,
  isDeprecated: true,
  billedByMicrosoft: 'unknown',
  isKnown: false,
  createdAt: LATE,
};
const DAY_TOTAL = { stackSubscriptionId: 1, usageDay: 2, reportedDay: 3, meterId: 4, destinationId: 5, records: 6 };

describeEachDatabase('rows by the columns of their table', (server) => {
  let opened: Awaited<ReturnType<typeof openTestDatabase>>;

  beforeEach(async () => {
    opened = await openTestDatabase(server);
  });

  afterEach(() => opened.close());

  it('hold of every kind what was written, the same on every database', async () => {
    const { db } = opened;
    const identity = digest16(['one']);
    const record = { usageDay: 7, identity, stackSubscriptionId: 1, quantity: QUANTITY, corrections: 1, isOlder: true };
    const id = await db.inTransaction(async (tx) => {
      await insertRow(tx, correctedRecordTable, record);
      return insertRow(tx, meterTable, METER);
    });
    const unsaid = { unit: null, category: null, resourceProvider: null, description: null, quantityRule: null };
    const m = meterTable;

    expect(await select(db.reader, correctedRecordTable, `FROM ${correctedRecordTable}`)).toEqual([record]);
    expect(await select(db.reader, m, `FROM ${m} WHERE ${m.id} = ?`, [id])).toEqual([{ id, ...METER, ...unsaid }]);
  });

  it('are added up exactly, and to numbers, inside and outside of transactions', async () => {
    const { db } = opened;
    const d = alias(usageDayTotalTable, 'd');
    const rows = ['0.5', '2', '-0.25'].map((quantity, index) => ({
      ...DAY_TOTAL,
      quantity: quantity as Quantity,
      usageDay: index,
    }));
    const sums = (sql: Sql) =>
      select(
        sql,
        {
          quantity: exactSum(sql.dialect, d.quantity),
          records: total(d.records),
          rows: count(),
          first: least(d.usageDay),
          last: greatest(d.usageDay),
          one: literal(1),
        },
        `FROM ${d}`,
      );

    expect(await sums(db.reader)).toMatchObject([{ records: 0, rows: 0, first: null, last: null }]);
    await db.inTransaction(async (tx) => {
      await insertRows(tx, usageDayTotalTable, rows);
      expect(await sums(tx)).toEqual([{ quantity: '2.25', records: 18, rows: 3, first: 0, last: 2, one: 1 }]);
    });
    expect(await sums(db.reader)).toEqual([{ quantity: '2.25', records: 18, rows: 3, first: 0, last: 2, one: 1 }]);
  });

  it('that are there already fail, stay, or take and add what was asked', async () => {
    const { db } = opened;
    const row = { ...DAY_TOTAL, quantity: '1' as Quantity };
    const adds = {
      key: ['stackSubscriptionId', 'usageDay', 'reportedDay', 'meterId', 'destinationId'],
      adds: ['quantity', 'records'],
    } as const;
    const t = usageDayTotalTable;
    const held = () => selectTuples(db.reader, [t.records], `FROM ${t}`);

    await db.inTransaction((tx) => insertRows(tx, t, [row]));
    await expect(db.inTransaction((tx) => insertRows(tx, t, [row]))).rejects.toThrow();
    expect(await db.inTransaction((tx) => insertRows(tx, t, [row], 'KEEP'))).toBe(0);
    expect(await held()).toEqual([[6]]);
    await db.inTransaction((tx) => insertRows(tx, t, [row], adds));
    expect(await held()).toEqual([[12]]);
    await db.inTransaction(async (tx) => {
      const twice = expression(`${t.records} * 2`, t.records);
      expect(await update(tx, t, { records: twice, quantity: '3' as Quantity }, `${t.meterId} = ?`, [4])).toBe(1);
    });
    expect(await select(db.reader, t, `FROM ${t}`)).toEqual([{ ...row, records: 24, quantity: '3' }]);
  });

  it('of a table that is not there are null', async () => {
    const { db } = opened;
    const m = alias(meterTable, 'm');
    const t = leftJoined(tenantTable, 't');
    const [row] = await select(
      db.reader,
      { id: m.id, name: t.name },
      `FROM ${m} LEFT JOIN ${t} ON ${t.id} = 0 WHERE ${m.id} = 1`,
    );
    expect(row).toEqual({ id: 1, name: null });
  });
});

/** Never called: it is for the compiler, which refuses each of these lines, and the mark where it does not. */
export async function refusedByTheCompiler(sql: Sql, tx: Parameters<typeof insertRow>[0]): Promise<unknown[]> {
  const [row] = await select(sql, { id: meterTable.id }, `FROM ${meterTable}`);
  // @ts-expect-error What was not selected is not in the row.
  const name: unknown = row?.name;
  // @ts-expect-error No table has a column of this name.
  const guid = `${meterTable.guid}`;
  // @ts-expect-error An id is a number.
  const id: string | undefined = row?.id;
  // @ts-expect-error A column without a default is given.
  await insertRow(tx, meterTable, { meterGuid: '', wireId: '' });
  // @ts-expect-error A flag is no text.
  await update(tx, meterTable, { isKnown: 'yes' }, '');
  // @ts-expect-error A record's quantity is exact, and not at the place of its id.
  await loadTuples(tx, usageRecordTable, ['recordId', 'quantity'], [1], () => ['1', 1]);
  return [name, guid, id];
}
