#!/usr/bin/env node
// The door of the `triface` command in a checkout: compiles the TypeScript and bundles the capture component when they are newer than
// dist/, then runs dist/src/cli.js.
// A container has dist/ only and no compiler: there this does nothing but the import.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist/.built');

/** @returns {boolean} whether any TypeScript source is younger than the last build */
function isStale() {
  if (!existsSync(built)) return !existsSync(join(root, 'dist/src/cli.js'));
  const builtAt = statSync(built).mtimeMs;
  return ['src', 'test', 'bench', 'tsconfig.json']
    .map((name) => join(root, name))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((file) => join(path, String(file))) : [path],
    )
    .some((path) => /\.(ts|json|html|css)$/.test(path) && statSync(path).mtimeMs > builtAt);
}

if (isStale()) {
  let compiler;
  try {
    compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    console.error(
      'triface: dist/ is missing or out of date and the TypeScript compiler is not installed. Run `npm ci` (with development packages) first.',
    );
    process.exit(1);
  }
  const projects = [join(root, 'tsconfig.json'), join(root, 'src/tsconfig.browser.json')];
  const done = spawnSync(process.execPath, [compiler, '--build', ...projects], { stdio: ['ignore', 2, 2] });
  if (done.status !== 0) process.exit(done.status ?? 1);
  // The capture component, from what was compiled just now; leaves the mark that isStale() looks at.
  const bundled = spawnSync(process.execPath, [join(root, 'dist/src/capture/bundle/run.js')], { stdio: ['ignore', 2, 2] });
  if (bundled.status !== 0) process.exit(bundled.status ?? 1);
}

await import(new URL('../dist/src/cli.js', import.meta.url).href);
