import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { serve } from '../app/served.js';
import { ask } from '../contracts/clients.js';
import { temporaryDirectory } from '../helper.js';

const runtimes = join(findInstallation(), 'node_modules/onnxruntime-node/bin');
const listRuntimes = (): string[] => readdirSync(runtimes, { recursive: true }).map(String).sort();
const skip = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0 ? false : 'needs `script` of util-linux';

test('at a terminal, the ready message lists pages that exist', { skip }, async (t) => {
  const launch = join(findInstallation(), 'src/launch.mjs');
  const env = { PATH: process.env.PATH!, HOST: '127.0.0.1', PORT: '0', WORKERS: '1', LOG_LEVEL: 'silent' };
  const child = spawn('script', ['-qec', `exec '${process.execPath}' '${launch}' serve`, '/dev/null'], {
    env: { ...env, DATA_DIR: temporaryDirectory(t) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text.replaceAll('\r', '');
  });
  while (!said.includes('Settings') && child.exitCode === null) await sleep(20);
  t.match(said, /^Created the account "admin" with the password$/m);
  t.match(said, /^Further open models would lower the errors: .+\nTo add them: npx triface models add recommended$/m);
  t.match(said, /^ {2}Settings {6}npx triface config$/m);
  const pages = [...said.matchAll(/^ {2}[A-Z][a-z ]+ {2,}(http\S+)$/gm)].map(([, url]) => url!);
  t.same(
    pages.map((url) => new URL(url).pathname),
    ['/triface/capture/', '/health/ready', '/metrics'],
  );
  for (const url of pages) t.equal((await ask(url)).status, 200, url);
  const ended = once(child, 'exit');
  child.stdin.write('\x03');
  t.equal((await ended)[0], 0, 'Ctrl-C');
  t.match(said, /^(\^C)?Stopping: /m);
  t.notMatch(said, /^\{/m, 'LOG_LEVEL=silent');
});

test('a start changes nothing in node_modules', async (t) => {
  const installed = listRuntimes();
  const server = await serve(t, { DATA_DIR: temporaryDirectory(t) });
  t.equal(await server.end('SIGTERM'), 0);
  t.strictSame(listRuntimes(), installed);
});
