import { findServerPrograms, makeCluster } from '../../test/storage/postgres-cluster.js';
import { BenchClient } from './client.js';
import type { BenchDatabase } from './database.js';
import { type Figure, summarizeValues, type Unit, type Version } from './figures.js';
import { credentials, Installation } from './installation.js';
import type { DatabaseName, SectionName } from './options.js';

/** Who owns the rows of an installation. */
export interface Owner {
  /** uuid */
  readonly companyId: string;
  /** uuid */
  readonly accountId: string;
}

/** An installation under test with its client. */
export interface Bench {
  readonly installation: Installation;
  readonly client: BenchClient;
  readonly owner: Owner;
}

/** Installations of all versions on one database with the same number of rows, which are measured in turns. */
export interface Bed {
  readonly database: DatabaseName;
  /** rows */
  readonly size: number;
  /** measurements of each request */
  readonly rounds: number;
  readonly benches: readonly Bench[];
  /** Records a figure. @param values one or more measurements */
  record(bench: Bench, operation: string, values: readonly number[], unit?: Unit): void;
  /** Measures a request on all versions in turns, after up to three that are not counted. @returns the measurements */
  time(
    operation: string,
    task: (bench: Bench, round: number) => Promise<unknown>,
    rounds?: number,
  ): Promise<Map<Bench, number[]>>;
}

/** What a bed is made of. */
export interface BedOptions {
  readonly section: SectionName;
  readonly database: DatabaseName;
  readonly size: number;
  readonly rounds: number;
  /** the checkouts by version */
  readonly roots: Readonly<Partial<Record<Version, string>>>;
  /** settings of the servers */
  readonly env: Readonly<Record<string, string>>;
  /** fills the database of one installation, whose server is stopped */
  readonly fill: (database: BenchDatabase, owner: Owner, dataDir: string) => Promise<void>;
  readonly onFigure: (figure: Figure) => void;
}

/** Whether this machine has a database. */
export const isInstalled = (database: DatabaseName): boolean => database === 'sqlite' || findServerPrograms() !== undefined;

/** Creates a bed with stopped servers and filled databases, does the task, and removes everything. */
export async function withBed(options: BedOptions, task: (bed: Bed) => Promise<void>): Promise<void> {
  const { section, database, size, rounds, fill, onFigure } = options;
  const isPostgres = database === 'postgres';
  // It waits for the disk, as it does by default.
  const cluster = isPostgres
    ? await makeCluster(findServerPrograms()!, { isDurable: true, settings: { shared_buffers: '256MB', max_wal_size: '4GB' } })
    : undefined;
  const installations: Installation[] = [];
  try {
    const benches: Bench[] = [];
    for (const version of ['before', 'after'] as const) {
      const root = options.roots[version];
      if (root === undefined) continue;
      if (cluster) await cluster.run('createdb', version);
      const installation = new Installation(version, root, cluster?.url(version) ?? '', options.env);
      installations.push(installation);
      // The server creates tables, keys and the account.
      await installation.start();
      await installation.stop();
      const open = await installation.openDatabase();
      const [row] = await open.query('select id, company_id from accounts where username = ?', credentials.username);
      const owner = { accountId: String(row!.id), companyId: String(row!.company_id) };
      await fill(open, owner, installation.dataDir);
      await open.settle();
      await open.close();
      benches.push({ installation, owner, client: new BenchClient(() => installation.url) });
    }
    const bed: Bed = {
      ...{ database, size, rounds, benches },
      record(bench, operation, values, unit = 'ms') {
        if (values.length === 0) return;
        const { version } = bench.installation;
        onFigure({ section, operation, database, size, version, unit, ...summarizeValues(values) });
      },
      async time(operation, request, times = rounds) {
        const taken = new Map(benches.map((bench): [Bench, number[]] => [bench, []]));
        for (let round = -Math.min(3, times); round < times; round++) {
          // Neither version is always the first.
          for (const bench of round % 2 === 0 ? benches : benches.toReversed()) {
            const began = performance.now();
            await request(bench, Math.max(0, round));
            if (round >= 0) taken.get(bench)!.push(performance.now() - began);
          }
        }
        for (const [bench, values] of taken) bed.record(bench, operation, values);
        return taken;
      },
    };
    await task(bed);
  } finally {
    for (const installation of installations) await installation.remove();
    await cluster?.remove();
  }
}

/** Does something on each version, one after the other. */
export async function forEachBench(bed: Bed, task: (bench: Bench) => Promise<void>): Promise<void> {
  for (const bench of bed.benches) await task(bench);
}

/** Changes the database of a stopped server. */
export async function change(bench: Bench, task: (database: BenchDatabase, owner: Owner) => Promise<void>): Promise<void> {
  const database = await bench.installation.openDatabase();
  try {
    await task(database, bench.owner);
  } finally {
    await database.close();
  }
}

/** Starts the servers of a bed. @returns milliseconds until each was ready */
export async function startAll(bed: Bed): Promise<Map<Bench, number>> {
  const taken = new Map<Bench, number>();
  await forEachBench(bed, async (bench) => {
    bench.client.forget();
    taken.set(bench, await bench.installation.start());
  });
  return taken;
}

/** Stops the servers of a bed. */
export const stopAll = (bed: Bed): Promise<void> => forEachBench(bed, ({ installation }) => installation.stop());
