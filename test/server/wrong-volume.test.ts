// Volumes that the server cannot use: of another user, read-only, full, or left by another release. Each start ends with one line
// that says what to do.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import t, { type Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { parseDatabaseUrl } from '../../src/base/settings/database-url.js';
import { prepareDataDir } from '../../src/server/data-dir.js';
import { openSqliteStore } from '../../src/storage/sqlite-store.js';
import { isError, readLog } from '../app/served.js';
import { temporaryDirectory } from '../helper.js';

/** The user of the image. */
const server = 10_001;
const isRoot = process.getuid?.() === 0;
const canMount = isRoot && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 't', '/mnt']).status === 0;
const skip = isRoot ? false : 'needs root';
const skipMounts = canMount ? false : 'needs Linux with unshare, and root';

interface Start {
  /** user and group id */
  readonly user?: number;
  /** run before, in a mount namespace of its own; `$DATA_DIR` is the directory */
  readonly prepare?: string;
  readonly env?: Record<string, string>;
}

/** Asserts that `triface serve` ends with exit code 1 and one line of an error. @returns the line */
function failedStart(t: Test, dataDir: string, { user = server, prepare, env }: Start = {}): string {
  const id = `--reuid=${user} --regid=${user} --clear-groups`;
  const command = ['setpriv', ...id.split(' '), process.execPath, join(findInstallation(), 'dist/src/cli.js'), 'serve'];
  const [program, ...words] = prepare ? ['unshare', '--mount', 'sh', '-c', `${prepare} && exec "$@"`, 'sh', ...command] : command;
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(program!, words, {
    encoding: 'utf8',
    env: { PATH, HOME: '/tmp', HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, WORKERS: '1', INFERENCE_PROVIDER: 'cpu', ...env },
  });
  t.equal(status, 1, stdout);
  t.equal(stderr, '', 'everything is a line of the log');
  const lines = readLog(stdout).filter(isError);
  t.equal(lines.length, 1, stdout);
  return lines[0]?.msg ?? '';
}

/** A data directory with a database and a key, as an earlier run left it. */
async function makeVolume(t: Test, owner = server): Promise<string> {
  const parent = temporaryDirectory(t);
  chmodSync(parent, 0o755);
  const volume = join(parent, 'data');
  await prepareDataDir({ DATA_DIR: volume, DATABASE_URL: parseDatabaseUrl('') });
  await (await openSqliteStore(join(volume, 'triface.db'))).close();
  mkdirSync(join(volume, 'keys'), { mode: 0o700 });
  writeFileSync(join(volume, 'keys/jwt-secret'), 'x'.repeat(64), { mode: 0o600 });
  for (const name of ['', ...readdirSync(volume, { recursive: true, encoding: 'utf8' })])
    chownSync(join(volume, name), owner, owner);
  return volume;
}

t.test('files of another user: the line has both users and the command', { skip }, async (t) => {
  const command = (volume: string) => `Run \`chown -R ${server}:${server} ${volume}\` as root`;
  for (const owner of [0, 1000]) {
    const volume = await makeVolume(t, owner);
    const line = failedStart(t, volume);
    t.match(line, `${volume} is not writable: permission denied (owner ${owner}:${owner}, mode 700; this process runs as`);
    t.match(line, command(volume));
    t.match(line, `fsGroup: ${server}`);
  }
  for (const name of ['triface.db', 'keys', 'keys/jwt-secret']) {
    const volume = await makeVolume(t);
    chownSync(join(volume, name), 0, 0);
    const line = failedStart(t, volume);
    t.match(line, new RegExp(`${join(volume, name)} is not (read|writ)able: permission denied \\(owner 0:0, mode [67]00;`), name);
    t.match(line, command(volume));
  }
  const readable = await makeVolume(t);
  chownSync(join(readable, 'triface.db'), 0, 0);
  chmodSync(join(readable, 'triface.db'), 0o644);
  t.match(failedStart(t, readable), 'triface.db is not writable', 'a database that it could only read');
  const withPacks = await makeVolume(t);
  mkdirSync(join(withPacks, 'packs'), { mode: 0o700 });
  t.match(failedStart(t, withPacks), `${withPacks}/packs is not readable`);
});

t.test('its own directory without the right to write', { skip }, async (t) => {
  const volume = await makeVolume(t);
  chmodSync(volume, 0o500);
  t.match(failedStart(t, volume), `mode 500; this process runs as ${server}:${server}). Run \`chmod -R u+rwX ${volume}\`.`);
});

t.test('a database elsewhere, of another user', { skip }, async (t) => {
  const [volume, other] = [await makeVolume(t), await makeVolume(t, 0)];
  const line = failedStart(t, volume, { env: { DATABASE_URL: `file:${other}/triface.db` } });
  t.match(line, /^cannot open the database .*(permission denied|EACCES)/);
});

t.test('a read-only mount', { skip: skipMounts }, async (t) => {
  const volume = await makeVolume(t);
  const line = failedStart(t, volume, { prepare: 'mount --bind $DATA_DIR $DATA_DIR && mount -o remount,ro,bind $DATA_DIR' });
  t.match(line, `${volume} is not writable: its file system is read-only. Mount it so that it can be written to`);
});

t.test('a volume without space or inodes', { skip: skipMounts }, async (t) => {
  const volume = await makeVolume(t);
  const start = (options: string) => failedStart(t, volume, { prepare: `mount -t tmpfs -o mode=777,${options} t $DATA_DIR` });
  t.match(start('size=64k'), `database or disk is full (the file system of ${volume} is full: free some of it)`);
  t.match(start('nr_inodes=2'), `(the file system of ${volume} has no inodes left: free some of it)`);
  t.match(start('nr_inodes=7'), /the key file .*(is full|no space left)/);
});

t.test('a database of a newer release', { skip }, async (t) => {
  const volume = await makeVolume(t);
  const copy = join(temporaryDirectory(t), 'data');
  cpSync(volume, copy, { recursive: true });
  const database = new Libsql(join(copy, 'triface.db'));
  database.exec("insert into kysely_migration values ('9999-future', '2030-01-01')");
  database.close();
  t.match(
    failedStart(t, copy, { user: 0 }),
    'it was written by a newer release of Triface: start that release or restore a backup',
  );
});
