import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { type Served, serve, spawnServe } from '../app/served.js';
import { temporaryDirectory } from '../helper.js';

const messages = (server: Pick<Served, 'log'>): string[] => server.log().map(({ msg }) => msg);
const waitFor = async (server: Pick<Served, 'log'>, wanted: RegExp): Promise<void> => {
  while (!messages(server).some((msg) => wanted.test(msg))) await sleep(20);
};

test('without a terminal each event of starts and stops is a line of the log', async (t) => {
  const DATA_DIR = temporaryDirectory(t);
  const steps = ['starting', 'opening the database', 'reading the keys', 'loading the models', 'ready'];
  const stops = ['stopping: finishing the requests in progress', 'stopped'];
  const first = await serve(t, { DATA_DIR });
  t.equal(await first.end('SIGTERM'), 0);
  const said = messages(first).filter((msg) => !msg.startsWith('oidc-provider WARNING'));
  t.strictSame(
    said.filter((msg) => !/^created the first account\. |^further open models /.test(msg)),
    [...steps, ...stops],
  );
  t.equal(said.length, steps.length + stops.length + 2, 'the first start says what it made, and recommends');
  t.match(
    first.stderr(),
    /^Created the account "admin" with the password {3}\S{24} {3}Write it down.*`npx triface user .*`\.\n$/,
  );
  const later = await serve(t, { DATA_DIR });
  t.equal(await later.end('SIGINT'), 0);
  t.equal(later.stderr(), '');
  t.strictSame(
    messages(later).filter((msg) => !msg.startsWith('oidc-provider WARNING')),
    [...steps, ...stops],
  );
});

test('the first password is printed with LOG_LEVEL=silent, too', async (t) => {
  const server = spawnServe(t, { DATA_DIR: temporaryDirectory(t), LOG_LEVEL: 'silent' });
  while (!/ password \s*\S{24} /.test(server.stderr())) await sleep(20);
  t.equal(await server.end('SIGINT'), 0);
  t.equal(server.stdout(), '');
});

test('what libraries, workers and Node.js print is in the log, and an exception that nothing catches', async (t) => {
  const noise = pathToFileURL(join(findInstallation(), 'dist/test/server/noise.js')).href;
  const server = await serve(t, {
    DATA_DIR: temporaryDirectory(t),
    TRIFACE_ADMIN_PASSWORD: 'correct horse battery',
    NODE_OPTIONS: `--import=${noise}`,
  });
  for (const thread of ['main', 'worker']) {
    await waitFor(server, new RegExp(`noise: a warning of ${thread}`));
    const find = (text: string) => server.log().find(({ msg }) => msg.includes(text));
    t.match(find(`noise: text of ${thread}`), { level: 30, output: 'stdout' });
    t.match(find(`noise: in colour, of ${thread}`), { level: 40, output: 'stderr' });
    t.ok(find(`noise: first half of ${thread}, second half`), 'a line that is printed in two parts');
    t.match(find(`noise: a stack of ${thread}`)?.msg, /\n\s+at /, 'a text of several lines is one line');
    t.match(find(`noise: a warning of ${thread}`), { level: 40 });
  }
  t.notOk(server.stdout().includes('\\u001b'), 'no colours');
  void server.end('SIGUSR2');
  await waitFor(server, /^an inference worker was lost and is being replaced$/);
  void server.end('SIGUSR2');
  t.equal(await server.exited, 1, 'the exit code of Node.js');
  const err = { message: 'noise: nothing catches this', stack: /\n\s+at / };
  t.match(server.log().at(-1), { level: 60, msg: 'an unexpected error ends the server', err });
  t.equal(server.stderr(), '');
});
