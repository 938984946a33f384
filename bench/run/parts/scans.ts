import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Accounts } from '../../../src/identity/accounts.js';
import { PasswordHasher } from '../../../src/identity/password-hasher.js';
import { openStore } from '../../../src/storage/store.js';
import { unrecorded } from '../../../test/identity/unrecorded.js';
import { BenchClient } from '../../growth/client.js';
import { openSqlite } from '../../growth/database.js';
import { fillScans } from '../../growth/fill-scans.js';
import { credentials } from '../../growth/installation.js';
import { type Bench, timed } from '../bench.js';
import { withServer } from '../bench-server.js';
import { mustSucceed, prepareCalls } from '../contract-calls.js';

const listPath = '/v1/face-liveness';
/** Scans on a page by default. */
const pageSize = 20;

/** Contract C beside stored scans: a check, which stores one more, a single scan, and pages of lists. */
export async function measureScans(bench: Bench): Promise<void> {
  for (const count of bench.plan.scans) {
    const dataDir = mkdtempSync(join(tmpdir(), 'triface-bench-'));
    try {
      bench.print(`scans: ${count}`);
      await fill(dataDir, count);
      await withServer({ DATA_DIR: dataDir }, ({ url }) => measureAt(bench, url, count));
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

async function fill(dataDir: string, count: number): Promise<void> {
  const store = await openStore({ databaseUrl: '', dataDir });
  const owner = await new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded }).create({ ...credentials });
  await store.close();
  const database = openSqlite(join(dataDir, 'triface.db'));
  await fillScans(database, owner, count);
  await database.settle();
  await database.close();
}

async function measureAt(bench: Bench, url: string, count: number): Promise<void> {
  const client = new BenchClient(() => url);
  const { C } = prepareCalls(url, bench.picture);
  const list = (query: string) => client.send(`${listPath}?${query}`, { as: 'c' });
  const { body } = await list('page=0');
  const [{ id }] = (body as { content: readonly [{ id: string }] }).content;
  const middle = `page=${Math.floor(count / pageSize / 2)}`;
  const at = { point: count.toLocaleString('en'), at: count };
  await bench.measure('scans', [
    timed({ series: 'check, stored', ...at }, () => mustSucceed(C)),
    timed({ series: 'one scan', ...at }, () => client.send(`${listPath}/${id}`, { as: 'c' })),
    timed({ series: 'first page', ...at }, () => list('page=0')),
    timed({ series: 'middle page', ...at }, () => list(middle)),
    timed({ series: 'by date and result', ...at }, () => list('createdFrom=2000-01-01T00:00:00Z&result=Real')),
  ]);
}
