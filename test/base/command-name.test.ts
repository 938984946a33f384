import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { commandName } from '../../src/base/command-name.js';
import { findInstallation } from '../../src/base/installation.js';
import { temporaryDirectory } from '../helper.js';

const root = findInstallation();

test('npx is named in a checkout, and the command itself in an image', (t) => {
  t.equal(commandName, 'npx triface');
  const image = temporaryDirectory(t);
  mkdirSync(join(image, 'dist/src/base'), { recursive: true });
  writeFileSync(join(image, 'package.json'), JSON.stringify({ name: 'triface', type: 'module' }));
  for (const name of ['command-name.js', 'installation.js'])
    cpSync(join(root, 'dist/src/base', name), join(image, 'dist/src/base', name));
  const print = `import(${JSON.stringify(join(image, 'dist/src/base/command-name.js'))}).then((it) => console.log(it.commandName))`;
  t.equal(execFileSync(process.execPath, ['-e', print], { encoding: 'utf8' }), 'triface\n');
  t.end();
});

test('no message names the command in another way', (t) => {
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map(String);
  const fixed: string[] = [];
  for (const name of sources.filter((path) => path.endsWith('.ts') && !path.startsWith('web') && path !== 'base/command-name.ts'))
    for (const line of readFileSync(join(root, 'src', name), 'utf8').split('\n'))
      if (/npx triface|dist\/src\/cli|(`|: )triface [a-z-]+/.test(line) && !/^\s*(\*|\/\*|\/\/)/.test(line))
        fixed.push(`${name}: ${line.trim()}`);
  t.strictSame(fixed, []);
  t.end();
});
