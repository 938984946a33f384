// Runs tests that are built already, from the files of their sources:
//   node test/run.mjs test/imaging/turn.test.ts …
//   node test/run.mjs --quick [--list]
// A test is quick when nothing that it imports, directly or not, starts a server or a program, opens a database, drives a browser or loads
// a model.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Modules that no quick test imports. */
const slow = new Set([
  ...['fastify', 'libsql', 'pg', '@electric-sql/pglite', 'playwright-core', 'onnxruntime-node', 'onnxruntime-web/wasm'],
  ...['node:child_process', 'node:http', 'src/analysis/engine.ts'],
]);

async function listQuickTests() {
  const tests = readdirSync(join(root, 'test'), { recursive: true })
    .map((name) => `test/${String(name).replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: tests, bundle: true, packages: 'external', metafile: true },
    ...{ write: false, outdir: 'dist', format: 'esm', platform: 'node', logLevel: 'error' },
  });
  const isSlow = (path, seen = new Set()) => {
    if (slow.has(path)) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return metafile.inputs[path]?.imports.some((imported) => isSlow(imported.path, seen)) ?? false;
  };
  return tests.filter((test) => !isSlow(test));
}

/** @param {string} name as the user typed it @returns {string} relative to the installation */
function findTest(name) {
  const path = relative(root, join(process.cwd(), name)).replaceAll('\\', '/');
  if (/\.test\.ts$/.test(path) && existsSync(join(root, path))) return path;
  console.error(`${name} is not a test file; give its path, such as test/imaging/turn.test.ts`);
  process.exit(2);
}

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith('--'));
const tests = words.includes('--quick') ? await listQuickTests() : names.map(findTest);
if (tests.length === 0) {
  console.error('Name at least one test file, such as test/imaging/turn.test.ts');
  process.exitCode = 2;
} else if (words.includes('--list')) console.log(tests.join('\n'));
else {
  const built = tests.map((test) => `dist/${test.replace(/ts$/, 'js')}`);
  // tap's own runner loads its plug-ins for each file: 4 s of processor time, more than most quick tests take.
  const runner = words.includes('--quick')
    ? ['--test', '--test-reporter=dot', `--test-concurrency=${availableParallelism()}`]
    : ['node_modules/tap/dist/esm/run.mjs'];
  const env = { TAP_TIMEOUT: '900', ...process.env };
  process.exitCode = spawnSync(process.execPath, [...runner, ...built], { cwd: root, env, stdio: 'inherit' }).status ?? 1;
  if (words.includes('--quick'))
    console.error(`\n${tests.length} files ${process.exitCode === 0 ? 'passed' : 'ran; some failed'}`);
}
