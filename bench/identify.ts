import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addEnrolment } from '../src/gallery/enrolments.js';
import { type GalleryChange, type GalleryPosition, readPosition, recordChanges } from '../src/gallery/gallery-clock.js';
import { MemorySearch } from '../src/gallery/memory-search.js';
import { Accounts } from '../src/identity/accounts.js';
import { PasswordHasher } from '../src/identity/password-hasher.js';
import { openStore, type Store } from '../src/storage/store.js';
import { transact } from '../src/storage/transaction.js';
import { makeDataKey } from '../src/vault/data-keys.js';
import { type MasterKeys, openMasterKeys } from '../src/vault/master-keys.js';
import { narrowVectors, seededVectors } from '../test/gallery/index/unit-vectors.js';
import { unrecorded } from '../test/identity/unrecorded.js';

// 1:N search as templates grow, through the path that the server takes (a database, template-worker.ts), beside a bare loop over
// the same vectors in the same run: `npm run bench:identify -- [count …]`. Each count has a process of its own, so that its
// memory can be measured separately. Writes docs/bench-identify.md when WRITE=docs/bench-identify.md.
const dimension = 512;
const limit = 10;
/** Name of the recognition model, which does not matter here. */
const model = 'bench';

interface Figures {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly bare: number;
  readonly loopP99: number;
  readonly loopMax: number;
  readonly loadSeconds: number;
  readonly loadCpuSeconds: number;
  readonly followed: number;
  readonly rssBytes: number;
  readonly load: number;
}

const at = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;

async function timeOf(task: () => unknown): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}

/** The reference: a float64 sum per template, and the best ten from a sorted list. */
function searchBare(vectors: Float32Array, probe: Float32Array): number[] {
  const best: { score: number; at: number }[] = [];
  for (let from = 0; from < vectors.length; from += dimension) {
    let score = 0;
    for (let i = 0; i < dimension; i++) score += probe[i]! * vectors[from + i]!;
    if (best.length === limit && score <= best[limit - 1]!.score) continue;
    best.push({ score, at: from / dimension });
    best.sort((a, b) => b.score - a.score);
    best.length = Math.min(best.length, limit);
  }
  return best.map((one) => one.at);
}

/** A database with this many persons, each with the template of their position (numbers count from 1). */
class FilledGallery {
  private constructor(
    readonly dataDir: string,
    private readonly store: Store,
    private readonly masterKeys: MasterKeys,
    readonly account: { readonly accountId: string; readonly companyId: string },
  ) {}

  static async create(): Promise<FilledGallery> {
    const dataDir = mkdtempSync(join(tmpdir(), 'triface-bench-'));
    const store = await openStore({ databaseUrl: '', dataDir });
    const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
    const account = await accounts.create({ username: 'bench', password: 'bench bench bench' });
    const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
    return new FilledGallery(dataDir, store, masterKeys, account);
  }

  /** Enrols one person per vector, in one transaction. */
  async enrol(vectors: Float32Array): Promise<void> {
    const { companyId, accountId } = this.account;
    const now = Date.now();
    await transact(this.store.db, async (db) => {
      const changes: GalleryChange[] = [];
      for (let from = 0; from < vectors.length; from += dimension) {
        const owner = { id: randomUUID(), companyId, name: 'N', citizenId: randomUUID(), createdAt: now, updatedAt: now };
        const { number } = await db
          .insertInto('persons')
          .values({ ...owner, searchText: 'n', isBlocked: 0, agreedTerms: 0, pictureId: null, createdBy: accountId })
          .returning('number')
          .executeTakeFirstOrThrow();
        const key = await makeDataKey(db, this.masterKeys, owner.id, now);
        const vector = vectors.subarray(from, from + dimension);
        const enrolment = { accountId, model, vector, quality: 1 };
        const added = await addEnrolment(db, {}, { ...owner, number }, key, enrolment, now);
        changes.push({ kind: 'add', companyId, person: number, enrolment: added.number });
      }
      await recordChanges(db, changes, now);
    });
  }

  readPosition(): Promise<GalleryPosition> {
    return readPosition(this.store.db);
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

async function measure(count: number, narrow: boolean): Promise<Figures> {
  const make = narrow ? narrowVectors : seededVectors;
  const vectors = make(1, count);
  const rounds = count >= 1_000_000 ? 40 : 200;
  const probes = make(2, rounds);
  const probeOf = (round: number) => probes.subarray((round % rounds) * dimension, ((round % rounds) + 1) * dimension);
  const gallery = await FilledGallery.create();
  const batch = 500 * dimension;
  for (let from = 0; from < vectors.length; from += batch) await gallery.enrol(vectors.subarray(from, from + batch));

  const rssBefore = process.memoryUsage().rss;
  const cpuBefore = process.cpuUsage();
  const search = new MemorySearch({
    ...{ database: { databaseUrl: '', dataDir: gallery.dataDir }, fixedMasterKeys: [], recognitionModel: model },
    ...{ templateLength: dimension, threads: Number(process.env.THREADS ?? 1) },
    onThreadLost: (reason) => {
      throw new Error(reason);
    },
  });
  const loadMs = await timeOf(() => search.start());
  const { user, system } = process.cpuUsage(cpuBefore);
  await sleep(2000);
  const rssBytes = process.memoryUsage().rss - rssBefore;
  const find = (probe: Float32Array) =>
    search.search({ companyId: gallery.account.companyId, vector: probe, limit, minimum: -1 });

  // The main thread only sends searches, four at a time, so delays of its loop come from the index (or from other processes).
  for (let round = 0; round < 20; round++) await find(probeOf(round));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let round = 0; round < rounds; round += 4) await Promise.all([0, 1, 2, 3].map((i) => find(probeOf(round + i))));
  delay.disable();

  const times: number[] = [];
  const bare: number[] = [];
  const bareRounds = Math.min(rounds, Math.max(10, Math.round(4_000_000 / count)));
  for (let round = 0; round < rounds; round++) {
    const probe = probeOf(round);
    let found: number[] = [];
    times.push(
      await timeOf(async () => {
        found = (await find(probe)).map(({ person }) => person - 1);
      }),
    );
    if (round >= bareRounds) continue;
    let expected: number[] = [];
    bare.push(await timeOf(() => (expected = searchBare(vectors, probe))));
    if (found.join() !== expected.join()) throw new Error('the index finds others than the bare loop');
  }

  const followed: number[] = [];
  const more = make(3, 50);
  for (let from = 0; from < more.length; from += dimension) {
    await gallery.enrol(more.subarray(from, from + dimension));
    const position = await gallery.readPosition();
    followed.push(await timeOf(() => search.reach(position)));
  }
  await search.close();
  await gallery.remove();
  return {
    name: `${count.toLocaleString('en')}${narrow ? ', of 24 directions' : ''}`,
    p50: at(times, 0.5),
    p95: at(times, 0.95),
    bare: at(bare, 0.5),
    loopP99: delay.percentile(99) / 1e6,
    loopMax: delay.max / 1e6,
    loadSeconds: loadMs / 1000,
    loadCpuSeconds: (user + system) / 1e6,
    followed: at(followed, 0.5),
    rssBytes,
    load: loadavg()[0]!,
  };
}

function describe(all: readonly Figures[]): string {
  const ms = (value: number): string => value.toFixed(value < 1 ? 2 : 1);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const load = all.map((one) => one.load);
  return [
    ...['# 1:N search, measured', ''],
    '`npm run bench:identify -- 1000 10000 100000 100000narrow 1000000` (bench/identify.ts): synthetic templates of 512 values at unit',
    'length from a seeded generator, one per person, sealed in an SQLite database. The threads of the server load them from there and answer',
    'searches for ten persons. Each search goes from the serving thread to the index thread and back. The bare loop is a plain float64 loop',
    'over one array in the serving thread, in turns with it, and must find the same persons in the same order. "Of 24 directions": templates',
    'mixed from 24 directions only, so that scores lie further apart than those of random directions. Neither is made of faces. Why it is',
    'done this way: [decision 12](decisions/0012-gallery-index.md).',
    '',
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}, ${process.env.THREADS ?? 1} index thread(s), load average ${Math.min(...load).toFixed(1)} to`,
    `${Math.max(...load).toFixed(1)}, this bench's own included.`,
    '',
    '| templates | p50 ms | p95 ms | bare loop p50 ms | times faster | event loop delay p99 (greatest) ms |',
    '|---|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.name} | ${ms(one.p50)} | ${ms(one.p95)} | ${ms(one.bare)} | ${(one.bare / one.p50).toFixed(1)} | ${ms(one.loopP99)} (${ms(one.loopMax)}) |`,
    ),
    '',
    'The event loop is that of the serving thread, sampled each millisecond while four clients search (1.1 is idle).',
    '',
    '| templates | loaded from the database, s | CPU of that, s | searchable after its commit, p50 ms | resident |',
    '|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.name} | ${one.loadSeconds.toFixed(1)} | ${one.loadCpuSeconds.toFixed(1)} | ${ms(one.followed)} | ${megabytes(one.rssBytes)} |`,
    ),
    '',
    '"Loaded" includes the start of the thread. "Searchable": a person registered while the index is in use, from the commit until a search',
    'finds them. "Resident" is how much the process grew by the threads and their index.',
    '',
  ].join('\n');
}

const self = fileURLToPath(import.meta.url);
if (process.argv[2] === 'one') {
  process.stdout.write(JSON.stringify(await measure(Number.parseInt(process.argv[3]!, 10), process.argv[3]!.endsWith('narrow'))));
} else {
  const counts = process.argv.length > 2 ? process.argv.slice(2) : ['1000', '10000', '100000', '100000narrow', '1000000'];
  const all: Figures[] = [];
  for (const count of counts) {
    // The bare loop's array, the index, and some to spare.
    const needed = Number.parseInt(count, 10) * (2048 + 2700) + 1e9;
    if (freemem() < needed) {
      console.error(
        `${count}: left out, it needs ${(needed / 1e9).toFixed(1)} GB and ${(freemem() / 1e9).toFixed(1)} GB are free`,
      );
      continue;
    }
    const figures = JSON.parse(execFileSync(process.execPath, [self, 'one', count], { encoding: 'utf8' })) as Figures;
    all.push(figures);
    console.error(JSON.stringify(figures));
  }
  console.log(describe(all));
  if (process.env.WRITE) writeFileSync(process.env.WRITE, describe(all));
}
