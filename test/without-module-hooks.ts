import asyncHooks, { type AsyncHook } from 'node:async_hooks';
import module, { syncBuiltinESMExports } from 'node:module';

// Loaded into every test process before tap's own preloads (see `test-env` in package.json). It takes away what tap hooks into Node.js for
// TypeScript, mocks, coverage and the subtest of an uncaught error: several seconds of CPU time per process that imports the server. The
// tests are compiled, mock no module and measure no coverage, and an uncaught error fails its file anyway. If a new version of tap hooks in
// elsewhere, the tests are slower again, and nothing else changes.
Object.assign(module, {
  register: () => undefined,
  // since Node 22.15 and 23.5
  ...('registerHooks' in module ? { registerHooks: () => ({ deregister() {} }) } : {}),
});

// tap follows each promise by `createHook`. ES modules get one without effect; `require` returns the real one, which tests can use.
const { createHook } = asyncHooks;
const idle: AsyncHook = { enable: () => idle, disable: () => idle };
asyncHooks.createHook = () => idle;
syncBuiltinESMExports();
asyncHooks.createHook = createHook;

// Programs that a test starts run as they would without tap, which would have each of them report to a file of the run.
delete process.env.NODE_OPTIONS;
const require = module.createRequire(import.meta.url);
try {
  const onSpawn = module.createRequire(require.resolve('@tapjs/processinfo'))('process-on-spawn') as { addListener(): void };
  onSpawn.addListener = () => {};
} catch {
  // This version of tap does not use it.
}
