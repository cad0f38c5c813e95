import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Corrections of 0.1 could be taken in on a day before that of their record. From now on that breaks the rule too, so
 * their record is marked like the others that were corrected against it.
 */
export class ExceptEarlyCorrections1764009700000 implements MigrationInterface {
  readonly name = 'ExceptEarlyCorrections1764009700000';

  async up(runner: QueryRunner): Promise<void> {
    // Those that are newer name the day of their record, or are of it.
    const older = (await runner.query(
      `SELECT s.registration_id AS registrationId, r.usage_day AS usageDay, r.reported_hour AS reportedHour,
              u.name AS source, r.corrects
         FROM usage_record r
         JOIN stack_subscription s ON s.id = r.stack_subscription_id
         JOIN usage_source u ON u.id = r.source_id
        WHERE r.corrects IS NOT NULL AND r.corrected_day IS NULL`,
    )) as Older[];
    for (const one of older) {
      const key = [one.usageDay, identityOf(one)];
      const [record] = (await runner.query(
        'SELECT reported_hour AS reportedHour FROM usage_record WHERE usage_day = ? AND identity = ?',
        key,
      )) as Pick<Older, 'reportedHour'>[];
      if (record === undefined || dayOf(record) <= dayOf(one)) continue;
      await runner.query('UPDATE corrected_record SET is_older = 1 WHERE usage_day = ? AND identity = ?', key);
    }
  }

  /** Which of the marks were set here is not known, and they harm nothing where nobody reads them. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}

interface Older {
  readonly registrationId: number;
  readonly usageDay: number;
  readonly reportedHour: number;
  readonly source: string;
  readonly corrects: string;
}

const HOURS_PER_DAY = 24;

function dayOf({ reportedHour }: Pick<Older, 'reportedHour'>): number {
  return Math.floor(reportedHour / HOURS_PER_DAY);
}

/** As identities were made when this was written: they never change. */
function identityOf({ registrationId, source, corrects }: Older): Buffer {
  const text = [String(registrationId), 'pushed', source, corrects].join('\u0000');
  return createHash('sha256').update(text).digest().subarray(0, 16);
}
