import { createConnection } from 'mysql2/promise';

/** One connection to each server, for as long as the run lives. */
const held = [];

/**
 * Takes a lock of the run's name on each server of TEST_MYSQL_URL, and drops what runs that were broken off have left.
 * The databases of a run begin with its name, and the server itself gives the lock back when the run's process dies,
 * whichever machine that is on: a name whose lock is free is that of nobody.
 */
export async function claimServers(run) {
  const urls = (process.env.TEST_MYSQL_URL ?? '').split(',').map((url) => url.trim());
  for (const url of urls.filter((one) => one !== '')) {
    const connection = await createConnection({ uri: url, connectTimeout: 10_000 });
    held.push(connection);
    await connection.query('SELECT GET_LOCK(?, 0)', [run]);
    await dropAbandoned(connection);
  }
}

/** Gives the locks back, after the last test. */
export async function leaveServers() {
  for (const connection of held.splice(0)) await connection.end();
}

/** Drops the databases of runs that are over. */
export async function dropAbandoned(connection) {
  const [databases] = await connection.query('SELECT schema_name AS name FROM information_schema.schemata');
  for (const { name } of databases) {
    const run = /^(usage_gateway_test_[0-9a-f]{8})_[0-9a-f]{12}$/.exec(name)?.[1];
    if (run === undefined) continue;
    const [[{ isOver }]] = await connection.query('SELECT IS_FREE_LOCK(?) AS isOver', [run]);
    // Another run may be dropping it too.
    if (Number(isOver) === 1) await connection.query(`DROP DATABASE IF EXISTS ${name}`);
  }
}
