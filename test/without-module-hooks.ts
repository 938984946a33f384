import type { AsyncHook } from 'node:async_hooks';
import module, { syncBuiltinESMExports } from 'node:module';

// Loaded into every test process before tap's own preloads (see `test-env` in package.json). Those install module hooks for TypeScript,
// mocks and coverage, which cost several seconds of CPU time per process that imports the server. The tests are compiled, mock no module
// and measure no coverage.
Object.assign(module, {
  register: () => undefined,
  // since Node 22.15 and 23.5
  ...('registerHooks' in module ? { registerHooks: () => ({ deregister() {} }) } : {}),
});
const require = module.createRequire(import.meta.url);
// tap follows each promise to name the subtest of an error that nobody caught. Without that, a tenth less time; the error fails the file as well.
const asyncHooks = require('node:async_hooks') as typeof import('node:async_hooks');
const { createHook } = asyncHooks;
const without: AsyncHook = { enable: () => without, disable: () => without };
asyncHooks.createHook = (callbacks) => (new Error().stack?.includes('async-hook-domain') ? without : createHook(callbacks));
syncBuiltinESMExports();
// Programs that a test starts run as they would without tap, which would have each of them report to a file of the run.
delete process.env.NODE_OPTIONS;
const onSpawn = module.createRequire(require.resolve('@tapjs/processinfo'))('process-on-spawn') as { addListener(): void };
onSpawn.addListener = () => {};
