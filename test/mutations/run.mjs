// Applies each fault of list.mjs to a copy of the checkout, one at a time, and runs the test file that must notice it.
//   npm run test:mutations                  all of them
//   npm run test:mutations -- nonce audit   those whose name, source or test contains one of the words
// Ends with 1 if a fault survives, if its text is not found once in its source, or if its test fails without it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutations } from './list.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Not copied: Git's data, packages (linked), and what a running server of this checkout writes. */
const left = new Set(['.git', '.tap', 'node_modules', 'data']);
/** Milliseconds after which a test counts as failed: a fault can make it wait without end. */
const longestRunMs = 600_000;

const words = process.argv.slice(2);
const chosen = mutations.filter((mutation) => {
  const text = `${mutation.name} ${mutation.file} ${mutation.test}`;
  return words.length === 0 || words.some((word) => text.includes(word));
});

/** Beside the checkout's own parent, so that tests find `../shared` there, if it exists. @returns the copy's path */
function copyCheckout() {
  const parent = mkdtempSync(join(tmpdir(), 'triface-mutations-'));
  const copy = join(parent, 'checkout');
  for (const name of readdirSync(root))
    if (!left.has(name)) cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const shared = join(dirname(root), 'shared');
  if (existsSync(shared)) symlinkSync(shared, join(parent, 'shared'));
  return { parent, copy };
}

/** @returns {{ passed: boolean, built: boolean, output: string }} */
function runTest(copy, test) {
  const run = (...command) => spawnSync(process.execPath, command, { cwd: copy, encoding: 'utf8', timeout: longestRunMs });
  const build = run('src/build.mjs');
  if (build.status !== 0) return { passed: false, built: false, output: build.stderr };
  const { status, stdout, stderr } = run('test/run.mjs', test);
  return { passed: status === 0, built: true, output: stdout + stderr };
}

/** @returns {string} what went wrong; empty if the fault is noticed */
function tryMutation(copy, { file, find, replacement, test }) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const times = source.split(find).length - 1;
  if (times !== 1) return `its text occurs ${times} times in ${file}`;
  try {
    writeFileSync(
      path,
      source.replace(find, () => replacement),
    );
    const { passed, built, output } = runTest(copy, test);
    if (!built) return `it does not compile: ${output}`;
    return passed ? `SURVIVED: ${test} passes` : '';
  } finally {
    writeFileSync(path, source);
  }
}

const { parent, copy } = copyCheckout();
const failures = [];
try {
  for (const test of new Set(chosen.map((mutation) => mutation.test))) {
    const unchanged = runTest(copy, test);
    if (!unchanged.passed) console.log(unchanged.output);
    for (const mutation of chosen.filter((one) => one.test === test)) {
      const wrong = unchanged.passed ? tryMutation(copy, mutation) : `${test} fails without it`;
      console.log(`${wrong === '' ? 'noticed' : 'NOT OK '}  ${mutation.name}${wrong && `: ${wrong}`}`);
      if (wrong !== '') failures.push(mutation.name);
    }
  }
} finally {
  rmSync(parent, { recursive: true, force: true });
}
console.log(`\n${chosen.length - failures.length} of ${chosen.length} faults noticed`);
if (failures.length > 0 || chosen.length === 0) process.exitCode = 1;
