#!/usr/bin/env node
// The door of the `triface` command in a checkout: compiles the TypeScript and bundles the capture component when they are newer than
// dist/, then runs dist/src/cli.js. A container has dist/ only and no compiler: there this does nothing but the import.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {string} mark file that the last build left
 * @param {string[]} sources files and folders that it was made of
 * @returns {boolean} whether one of them is younger
 */
function isStale(mark, sources) {
  if (!existsSync(mark)) return !existsSync(join(root, 'dist/src/cli.js')) || existsSync(join(root, 'src/cli.ts'));
  const builtAt = statSync(mark).mtimeMs;
  return sources
    .map((name) => join(root, name))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((file) => join(path, String(file))) : [path],
    )
    .some((path) => /\.(ts|json|html|css|md)$/.test(path) && statSync(path).mtimeMs > builtAt);
}

/** Runs a script of node's, its output beside ours; ends this process when it fails. */
function run(...words) {
  const done = spawnSync(process.execPath, words, { stdio: ['ignore', 2, 2] });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const isCodeStale = isStale(join(root, 'dist/.tsbuildinfo'), ['src', 'test', 'bench', 'tsconfig.json']);
const componentSources = [
  'src/capture',
  'src/console',
  'src/imaging',
  'src/inference',
  'src/tsconfig.browser.json',
  'package.json',
];
const isComponentStale = isStale(join(root, 'dist/web/.built'), componentSources);

if (isCodeStale || isComponentStale) {
  let compiler;
  try {
    compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    console.error(
      'triface: dist/ is missing or out of date and the TypeScript compiler is not installed. Run `npm ci` (with development packages) first.',
    );
    process.exit(1);
  }
  if (isCodeStale) run(compiler, '--build', join(root, 'tsconfig.json'));
  if (isComponentStale) {
    run(compiler, '--build', join(root, 'src/tsconfig.browser.json'));
    run(join(root, 'dist/src/web/bundle/run.js'));
  }
}

await import(new URL('../dist/src/cli.js', import.meta.url).href);
