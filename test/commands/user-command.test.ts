import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { openAccounts } from '../identity/open-accounts.js';
import { runCommand } from './run-command.js';

const program = fileURLToPath(new URL('./user-program.js', import.meta.url));
const password = 'a password for tests';

function environment(dataDir: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, DATA_DIR: dataDir };
}

async function outcome(child: ChildProcessWithoutNullStreams) {
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, status: status as number };
}

/** Runs `triface user …` with this on its standard input. */
const run = (dataDir: string, args: string[], input = '') => runCommand(['user', ...args], { DATA_DIR: dataDir }, input);

/** As {@link run}, in a process of its own with a pipe. */
function runPiped(dataDir: string, args: string[], input: string) {
  const child = spawn(process.execPath, [program, 'user', ...args], { env: environment(dataDir) });
  child.stdin.end(input);
  return outcome(child);
}

/** Runs `triface user …` on a pseudo-terminal; each of `answers` is typed when another question has been printed. */
async function runOnTerminal(dataDir: string, args: string, answers: string[]) {
  const command = `'${process.execPath}' '${program}' user ${args}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: environment(dataDir) });
  let seen = '';
  let typed = 0;
  child.stdout.on('data', (data: Buffer) => {
    seen += data;
    const questions = seen.match(/(Password|Again): /g)?.length ?? 0;
    if (questions > typed && typed < answers.length) child.stdin.write(answers[typed++]!);
  });
  return outcome(child);
}

test('an account created while a server runs can call it at once, and is refused at once when disabled', async (t) => {
  const { dataDir, login } = await openAccounts(t);
  const made = await runPiped(dataDir, ['add', 'Ana', '--company', 'Acme', '--rights', 'liveness, scans:read'], `${password}\n`);
  t.match(made, { status: 0, err: '', out: /^created Ana {2}enabled {2}company Acme {2}rights liveness,scans:read/ });
  t.match(await login('ana', password), { ok: true, caller: { username: 'Ana', rights: ['liveness', 'scans:read'] } });

  t.match(await run(dataDir, ['disable', 'ana']), { status: 0, out: 'disabled ana\n' });
  t.match(await login('ana', password), { ok: false, reason: 'invalid' }, 'though it was remembered');
  t.match((await run(dataDir, ['list'])).out, /Ana {2}disabled/);
  t.match(await run(dataDir, ['enable', 'ana']), { status: 0, out: 'enabled ana\n' });
  t.ok((await login('ana', password)).ok);

  t.match(await run(dataDir, ['password', 'ana'], 'another password'), { status: 0, out: 'changed the password of ana\n' });
  t.match(await login('ana', password), { ok: false });
  t.ok((await login('ana', 'another password')).ok);

  const [listed, ...more] = JSON.parse((await run(dataDir, ['list', '--json'])).out);
  t.match(listed, { username: 'Ana', company: 'Acme', isDisabled: false });
  t.ok(listed.credentialVersion > 2, 'raised twice');
  t.same(more, []);
});

test('a random password is printed once, and is the password', async (t) => {
  const { dataDir, login } = await openAccounts(t);
  for (const args of [
    ['add', 'bo', '--generate'],
    ['password', 'bo', '--generate'],
  ]) {
    const { out, status } = await run(dataDir, args);
    t.equal(status, 0);
    const [, random = ''] = out.match(/^password: (\S{24})$/m) ?? [];
    t.ok((await login('bo', random)).ok, args[0]!);
    t.equal(out.split(random).length, 2);
  }
  t.match(await login('bo', password), { ok: false });
});

test('errors are reported plainly, without a stack or the password', async (t) => {
  const { dataDir, accounts } = await openAccounts(t);
  await accounts.create({ username: 'ana', password });
  const wrong: [string[], string, RegExp][] = [
    [['add', 'ANA'], password, /the account ANA already exists/],
    [['add', 'a:b'], password, /must not contain a colon/],
    [['add', 'bo'], 'short', /8 to 256 characters/],
    [['add', 'bo'], '', /standard input is empty/],
    [['add', 'bo'], `${password}\n${password}\n`, /more than one line/],
    [['add', 'bo', '--rights', 'liveness,everything'], password, /comma-separated list of liveness, scans:read, scans:write/],
    [['rights', 'bo', 'everything'], '', /comma-separated list of liveness, scans:read, scans:write/],
    [['add', 'bo', password], password, /too many arguments/],
    [['disable', 'nobody'], '', /the account nobody does not exist/],
    [['enable', 'nobody'], '', /the account nobody does not exist/],
    [['password', 'nobody'], password, /the account nobody does not exist/],
  ];
  await Promise.all(
    wrong.map(async ([args, input, message]) => {
      const { out, err, status } = await run(dataDir, args, input);
      t.equal(status, 1, args.join(' '));
      t.match(err, message);
      t.notMatch(`${out}${err}`, /\n +at |a password for tests/);
    }),
  );
  t.equal((await accounts.list()).length, 1);
});

test('on a terminal the password is asked for twice and not shown', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) {
    t.comment('no script(1) here: not tested');
    return;
  }
  const { dataDir, login, accounts } = await openAccounts(t);
  const made = await runOnTerminal(dataDir, 'add ana', [`${password}\r`, `${password}\r`]);
  t.match(made, { status: 0, out: /Password: \s+Again: \s+created ana/ });
  t.notMatch(made.out, /a password/);
  t.ok((await login('ana', password)).ok);

  t.match(await runOnTerminal(dataDir, 'add bo', [`${password}\r`, 'another password\r']), {
    status: 1,
    out: /the two passwords differ/,
  });
  t.match(await runOnTerminal(dataDir, 'add bo', ['half a pass\u0003']), { status: 1, out: /cancelled/ });
  t.match(
    await runOnTerminal(dataDir, 'add bo', [`${password}X\u007f\r`, `${password}\r`]),
    { status: 0 },
    'a slip can be mended',
  );
  t.same(
    (await accounts.list()).map(({ username }) => username),
    ['ana', 'bo'],
  );
});
