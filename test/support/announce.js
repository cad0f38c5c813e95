/** Says once, before the first test, what is left out. Plain JavaScript, because Jest loads it without compiling it. */
export default function announce() {
  if (process.env.TEST_MYSQL_URL) return;
  process.stderr.write('TEST_MYSQL_URL is not set: the MySQL half of the tests is not run.\n');
}
