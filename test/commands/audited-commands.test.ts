import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Test, test } from 'tap';
import { auditActions } from '../../src/audit/audit-log.js';
import { findInstallation } from '../../src/base/installation.js';
import { commands } from '../../src/commands/index.js';
import type { Store } from '../../src/storage/store.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { startRecognizer } from '../contracts/apptenticate/recognizer.js';
import { post } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, temporaryDirectory } from '../helper.js';
import { describeMade, makeNetwork, writePack } from '../inference/packs/made-pack.js';
import { testEach } from '../storage/databases.js';
import { makePicturesDirty } from '../vault/dirty-pictures.js';
import { type Audited, type Exempt, type Given, listCommands, NOW } from './audited-commands.js';
import { runCommand } from './run-command.js';

interface Recorded {
  readonly sequence: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
  readonly companyId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** `triface …` with the settings of a server. */
const makeRunner = (env: Record<string, string>) => {
  const run = async (...words: string[]) => runCommand(words, env);
  const list = async (...words: string[]): Promise<Recorded[]> =>
    JSON.parse((await run('audit', 'list', '--json', '--last', '10000', ...words)).out);
  return { run, list };
};

/** The words of every command that does something. */
async function listLeaves(): Promise<string[]> {
  const program = new Command('triface');
  for (const { load } of commands) (await load())(program);
  const leavesOf = (command: Command, path: string): string[] =>
    command.commands.length === 0 ? [path] : command.commands.flatMap((sub) => leavesOf(sub, `${path} ${sub.name()}`.trim()));
  return leavesOf(program, '');
}

const nothing: Given = { company: '', scan: '', reference: '', citizenId: '', pack: '', archives: '', begin: '' };
const isExempt = (row: Audited | Exempt): row is Exempt => 'exempt' in row;

test('every command is audited, or exempt for a reason', async (t) => {
  const table = listCommands(nothing);
  t.same((await listLeaves()).sort(), Object.keys(table).sort());
  for (const [name, rows] of Object.entries(table))
    for (const row of rows) t.ok(isExempt(row) ? row.exempt.length > 10 : row.records.length > 0, name);
});

testEach(
  'every command that changes something is in the chain, with old and new values and without secrets',
  async (t, databaseUrl) => {
    const { server, create, store } = await startRecognizer(t, { DATABASE_URL: databaseUrl });
    const { dataDir } = server;
    const { run, list } = makeRunner({ DATA_DIR: dataDir, DATABASE_URL: databaseUrl });
    const network = makeNetwork();
    const given: Given = {
      ...{ company: 'default', reference: 'a secret reference', citizenId: 'A-SECRET-ID' },
      pack: writePack(join(temporaryDirectory(t), 'one'), network, describeMade(network, { name: 'one' })),
      scan: await addScan(server, 'a secret reference'),
      archives: temporaryDirectory(t),
      begin: new Date(store.now()).toISOString(),
    };
    await create({ citizen_id: given.citizenId, name: 'A Secret Name', image: await selfie() });
    await store.db.updateTable('enrolments').set({ model: 'of-old' }).execute();
    await makePicturesDirty(store, await openMasterKeys({ fixed: [], dataDir, warn: () => {} }));

    const first = await list();
    t.match(first, [
      { actor: 'operator', action: 'account.create', detail: { via: 'start', host: hostname(), new: { isNewCompany: true } } },
      {
        actor: 'operator',
        action: 'server.start',
        detail: { via: 'start', new: { livenessModels: 'shipped', version: 'test' } },
      },
    ]);
    const secrets = ['A-SECRET-ID', 'A Secret Name', 'a secret reference', 'zacharias', server.password];
    let seen = (await list()).at(-1)!.sequence;
    // The others change files, or are told apart by nothing but their names.
    const isRun = (name: string) => databaseUrl === '' || /^(user|policy|client|scans) /.test(name);
    for (const [name, rows] of Object.entries(listCommands(given)))
      for (const row of rows) {
        if (isExempt(row) || !isRun(name)) continue;
        if (name === 'keys accept')
          await store.db
            .insertInto('keyFingerprints')
            .values({ ring: 'openid', fingerprint: 'lost-key', expiresAt: null })
            .execute();
        const { status, out, err } = await run(
          ...row.run.map((word) => (word === NOW ? new Date(store.now()).toISOString() : word)),
        );
        t.equal(status, 0, `${row.run.join(' ')} ${err}`);
        secrets.push(...[...out.matchAll(/^(?:password|secret): (\S+)$/gm)].map(([, secret]) => secret!));
        const records = await readAfter(store, seen);
        seen = records.at(-1)?.sequence ?? seen;
        t.same(
          records.map(({ action }) => action),
          row.records,
          `${row.run.join(' ')} is recorded`,
        );
        const origin = { via: 'command', command: name, host: hostname(), user: String };
        t.match(
          records,
          row.details!.map((detail) => ({ actor: 'operator', detail: { ...origin, ...detail } })),
        );
      }

    t.match(await run('audit', 'verify'), { status: 0, out: /the chain is intact/ });
    const keys = readdirSync(join(dataDir, 'keys')).flatMap((file) => readKey(join(dataDir, 'keys', file)));
    const hashes = await store.db.selectFrom('accounts').select('passwordHash').execute();
    secrets.push(...keys, ...hashes.map(({ passwordHash }) => passwordHash), ...(await listSecretHashes(store)));
    const log = JSON.stringify(await list());
    for (const secret of secrets) t.notOk(log.includes(secret), `${secret.slice(0, 5)}… is not in the log`);
    t.ok(secrets.length > 12);

    await t.test('the list is filtered', async (t) => {
      const { subject } = (await list('--action', 'account.rights'))[0]!;
      t.same([...new Set((await list('--subject', subject!)).map((record) => record.subject))], [subject]);
      const both = await list('--action', 'account.enable', '--action', 'account.retention');
      t.same(
        both.map(({ action }) => action),
        ['account.enable', 'account.retention'],
      );
      t.same(await list('--actor', 'nobody'), []);
      t.match(await run('audit', 'list', '--action', 'nonsense'), { status: 1, err: /It must be one of person\.create/ });
    });
  },
);

/** The records after one, read faster than by a command. */
async function readAfter({ db }: Store, sequence: number): Promise<Recorded[]> {
  const rows = db.selectFrom('auditEvents').selectAll().where('sequence', '>', sequence).orderBy('sequence');
  return (await rows.execute()).map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
}

/** A scan of contract C. @returns its uuid */
async function addScan(server: { url: string; bearerToken(): Promise<string> }, reference: string): Promise<string> {
  const parts = form({ channel: 'WEB', reference, file: await selfie() });
  const headers = { authorization: `Bearer ${await server.bearerToken()}` };
  return (await post(`${server.url}/v1/check_liveness`, parts, headers)).json.id;
}

/** The secret parts of a key file. */
function readKey(path: string): string[] {
  const text = readFileSync(path, 'utf8').trim();
  if (!text.startsWith('{')) return text.split('\n');
  const { d, p } = JSON.parse(text) as Record<string, string | undefined>;
  return [d, p].filter((part) => part !== undefined);
}

const listSecretHashes = async ({ db }: Store): Promise<string[]> =>
  (await db.selectFrom('openidClients').select('secretHash').execute()).flatMap(({ secretHash }) => secretHash ?? []);

test('an export over HTTP is recorded with the account and the route', async (t) => {
  const { server, store } = await startRecognizer(t);
  const headers = { authorization: `Bearer ${await server.bearerToken()}` };
  for (const path of [
    '/v1/face-liveness/export?format=ndjson&createdFrom=2020-01-01',
    '/face-liveness-sdk/v1/face-liveness/export',
  ])
    await (await fetch(server.url + path, { headers })).text();
  await (await fetch(`${server.url}/v1/face-liveness/export?format=x`, { headers })).text();
  const { id } = await store.db.selectFrom('accounts').select('id').executeTakeFirstOrThrow();
  const records = (await makeRunner({ DATA_DIR: server.dataDir }).list('--action', 'scan.export')).map(({ actor, detail }) => ({
    actor,
    detail,
  }));
  t.same(records, [
    {
      actor: id,
      detail: {
        via: 'http',
        route: 'GET /v1/face-liveness/export',
        format: 'ndjson',
        from: '2020-01-01T00:00:00.000Z',
        to: null,
      },
    },
    {
      actor: id,
      detail: { via: 'http', route: 'GET /face-liveness-sdk/v1/face-liveness/export', format: 'csv', from: null, to: null },
    },
  ]);
});

test('what cannot be recorded is not done', async (t) => {
  const { server, accounts } = await startRecognizer(t);
  const other = temporaryDirectory(t);
  const network = makeNetwork();
  const pack = writePack(join(temporaryDirectory(t), 'one'), network, describeMade(network, { name: 'one' }));
  const database = `file:${join(server.dataDir, 'triface.db')}`;
  const stranger = makeRunner({ DATA_DIR: other, DATABASE_URL: database });
  const verify = () => makeRunner({ DATA_DIR: server.dataDir }).run('audit', 'verify');

  await t.test('with another audit-secret than the servers', async (t) => {
    for (const words of [
      ['user', 'rights', server.user, 'liveness'],
      ['user', 'disable', server.user],
      ['models', 'add', pack],
      ['keys', 'stage'],
      ['master-key', 'stage'],
    ])
      t.match(
        await stranger.run(...words),
        { status: 1, err: /audit-secret is not the key of this database's audit log/ },
        words.join(' '),
      );
    t.match(await accounts.find(server.user), { isDisabled: false, rights: { length: 6 } });
    t.same(leftIn(other), [], 'no pack, no next key');
    t.match(await stranger.run('user', 'list'), { status: 0 }, 'what only reads works');
    t.match(await verify(), { status: 0 });
    cpSync(join(server.dataDir, 'keys'), join(other, 'keys'), { recursive: true });
    t.match(await stranger.run('user', 'rights', server.user, 'liveness'), { status: 0 }, 'with the keys copied');
    t.match(await verify(), { status: 0 });
  });

  await t.test('without the database', async (t) => {
    const lonely = makeRunner({ DATA_DIR: other, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    const { status, err } = await lonely.run('models', 'add', pack);
    t.equal(status, 1);
    t.notMatch(err, /\n +at /, 'no stack');
    t.same(leftIn(other), []);
  });

  await t.test('before there is a database, packs are added for the first start', async (t) => {
    const fresh = temporaryDirectory(t);
    const { status, err } = await makeRunner({ DATA_DIR: fresh }).run('models', 'add', pack);
    t.match({ status, err }, { status: 0, err: /There is no database yet, and so no audit log/ });
    t.same(readdirSync(fresh), ['packs'], 'neither a database nor keys, which an image would contain');
  });
});

/** Packs and staged keys. */
const leftIn = (dataDir: string): string[] =>
  ['packs', 'keys']
    .map((folder) => join(dataDir, folder))
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    .filter((name) => name.includes('@') || name.includes('-next'));

test('docs/operations.md describes every action', (t: Test) => {
  const text = readFileSync(join(findInstallation(), 'docs/operations.md'), 'utf8')
    .split('\n## Audit log')[1]!
    .split('\n## ')[0]!;
  const rows = [...text.matchAll(/^\| (`[a-z.`, -]+`) \|/gm)].flatMap(([, cell]) =>
    cell!.split(', ').map((name) => name.slice(1, -1)),
  );
  t.same(rows.filter((name) => name.includes('.')).sort(), [...auditActions].sort());
  t.end();
});
