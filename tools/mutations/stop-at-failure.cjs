/**
 * Ends the process at the first failure while a change is tried: the rest of the file has nothing to add. Databases that
 * are left behind lie in a folder that `mutate-access.mjs` empties.
 */
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  handleTestEvent({ name }) {
    const hasFailed = name === 'test_fn_failure' || name === 'hook_failure';
    if (hasFailed && process.env.MUTATION !== undefined) process.exit(1);
  }
};
