import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { serve } from '../app/served.js';
import { ask } from '../contracts/clients.js';
import { temporaryDirectory } from '../helper.js';

const runtimes = join(findInstallation(), 'node_modules/onnxruntime-node/bin');
const listRuntimes = (): string[] => readdirSync(runtimes, { recursive: true }).map(String).sort();

test('the ready message lists pages that exist, and a second start is quiet', async (t) => {
  const env = { DATA_DIR: temporaryDirectory(t), LOG_LEVEL: 'silent' };
  const installed = listRuntimes();
  const first = await serve(t, env);
  while (!first.stderr().includes('Settings')) await new Promise((resolve) => setTimeout(resolve, 10));
  t.match(first.stderr(), /^Created the account "admin" with the password$/m);
  t.match(first.stderr(), /^Further open models would lower the errors: .+\nTo add them: npx triface models add recommended$/m);
  const pages = [...first.stderr().matchAll(/^ {2}[A-Z][a-z ]+ {2,}(http\S+)$/gm)].map(([, url]) => url!);
  t.same(
    pages.map((url) => new URL(url).pathname),
    ['/triface/capture/', '/health/ready', '/metrics'],
  );
  for (const url of pages) t.equal((await ask(url)).status, 200, url);
  t.equal(await first.end('SIGINT'), 0);
  t.match(first.stderr(), /^Stopping: /m);
  t.equal(first.stdout(), '');
  const second = await serve(t, env);
  t.notMatch(second.stderr(), /account|password|recommended/);
  t.equal(await second.end('SIGTERM'), 0);
  t.strictSame(listRuntimes(), installed, 'a start changes nothing in node_modules');
});
