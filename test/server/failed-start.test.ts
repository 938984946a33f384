import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { spawnServe } from '../app/served.js';
import { temporaryDirectory } from '../helper.js';

/** An unprivileged user. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const linuxOnly = process.platform === 'linux' ? false : 'needs Linux';
const skip = isRoot || process.platform === 'linux' ? false : 'file modes and low ports differ here';

/** Asserts that the start fails, and that the last line of the log says why. @returns its message */
async function failedStart(t: Test, env: Record<string, string>, uid?: number): Promise<string> {
  const server = spawnServe(t, { DATA_DIR: join(temporaryDirectory(t), 'data'), LOG_LEVEL: 'info', ...env }, uid);
  t.equal(await server.exited, 1, 'exit code');
  t.equal(server.stderr(), '', 'everything is in the log');
  const fatal = server.log().filter(({ level }) => level === 60);
  t.equal(fatal.length, 1, server.stdout());
  t.strictSame(server.log().at(-1), fatal[0]);
  return fatal[0]?.msg ?? '';
}

function ownerOf(path: string): string {
  const { uid, gid } = statSync(path);
  return `${uid}:${gid}`;
}

async function takePort(t: Test): Promise<number> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  return (other.address() as AddressInfo).port;
}

test('a busy port: nothing is created', async (t) => {
  const port = await takePort(t);
  const dataDir = join(temporaryDirectory(t), 'data');
  const line = await failedStart(t, { PORT: String(port), DATA_DIR: dataDir });
  t.match(line, `port ${port} on 127.0.0.1 is already in use. Stop the program that uses it, or set PORT to another port.`);
  t.notOk(existsSync(dataDir));
});

test('an address that this machine does not have', async (t) => {
  t.match(await failedStart(t, { HOST: '192.0.2.1' }), 'HOST=192.0.2.1 is not an address of this machine. Set HOST to');
  t.match(await failedStart(t, { HOST: 'no-such-host.invalid' }), 'HOST=no-such-host.invalid is not an IP address or a known');
});

test('a port that this user may not use', { skip }, async (t) => {
  const lowest = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  if (lowest <= 1) return t.comment('every user may use every port here');
  const line = await failedStart(t, { PORT: '1' }, isRoot ? nobody : undefined);
  t.match(line, 'no permission to listen on port 1 of 127.0.0.1. Set PORT to 1024 or above');
});

test('a data directory that cannot be used', { skip }, async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  const under = join(directory, 'file', 'data');
  t.match(
    await failedStart(t, { DATA_DIR: under }),
    `the data directory ${under} cannot be created: ${join(directory, 'file')} is not a directory. Set DATA_DIR`,
  );
  const locked = join(directory, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o555);
  chmodSync(directory, 0o755);
  const line = await failedStart(t, { DATA_DIR: locked }, isRoot ? nobody : undefined);
  t.match(
    line,
    `the data directory cannot be used: ${locked} is not writable: permission denied (owner ${ownerOf(locked)}, mode 555; `,
  );
  const below = join(locked, 'a', 'b');
  t.match(
    await failedStart(t, { DATA_DIR: below }, isRoot ? nobody : undefined),
    `the data directory ${below} cannot be created: permission denied in ${locked}. Set DATA_DIR`,
  );
});

test('a data directory on a file system without new directories: the start ends', { skip: linuxOnly }, async (t) => {
  t.match(
    await failedStart(t, { DATA_DIR: '/proc/x' }),
    'the data directory /proc/x cannot be created: the file system of /proc does not support new directories. Set DATA_DIR',
  );
  // The directory exists, its access check passes for root, and creating the keys' folder in it fails.
  t.match(await failedStart(t, { DATA_DIR: '/proc/self' }), /the file system of \/proc\/self does not support|is not writable/);
});

test('a database that cannot be reached or is not one', async (t) => {
  const line = await failedStart(t, { DATABASE_URL: 'postgres://u:s3cret@127.0.0.1:1/db' });
  t.match(line, 'cannot open the PostgreSQL database 127.0.0.1:1/db: connect ECONNREFUSED 127.0.0.1:1. Check DATABASE_URL');
  t.notMatch(line, 's3cret');
  t.match(await failedStart(t, { DATABASE_URL: 'mysql://u:s3cret@h/db' }), /invalid configuration: DATABASE_URL: .*postgres:/);
});

test('invalid variables', async (t) => {
  t.match(
    await failedStart(t, { PORT: '99999' }),
    'invalid configuration: PORT: the value is invalid. Allowed: integer from 0 to 65535. Run `npx triface config`',
  );
  t.match(
    await failedStart(t, { PORT: 'x', TRIFACE_REALM: 'a b' }),
    /^invalid configuration:\n {2}PORT: .*\n {2}TRIFACE_REALM: .*\nRun `npx triface config`.*$/,
  );
  t.match(await failedStart(t, { LOG_LEVEL: 'loud' }), 'invalid configuration: LOG_LEVEL: the value is invalid. Allowed: fatal');
});

test('a start that fails says why, whatever is logged otherwise', async (t) => {
  for (const LOG_LEVEL of ['silent', 'fatal'])
    t.match(await failedStart(t, { LOG_LEVEL, HOST: '192.0.2.1' }), 'HOST=192.0.2.1 is not an address');
});
