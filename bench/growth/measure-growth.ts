import { availableParallelism, cpus, loadavg } from 'node:os';
import { measureAccounts } from './accounts.js';
import { type Bed, type BedOptions, isInstalled, withBed } from './bed.js';
import type { Figure, Run, Version } from './figures.js';
import { fillAccounts, fillAudit, fillOpenId } from './fill-accounts.js';
import { fillPersons } from './fill-persons.js';
import { fillScans } from './fill-scans.js';
import type { DatabaseName, GrowthOptions, SectionName } from './options.js';
import { measurePersons } from './persons.js';
import { measurePictures, pictureSettings } from './pictures.js';
import { nameRecognitionModel } from './recognition-model.js';
import { measureScans } from './scans.js';
import { measureSweeps } from './sweeps.js';

const DAY_MS = 86_400_000;

/** A part of the bench: how its databases are filled, and what is measured. */
interface Section {
  readonly env?: Readonly<Record<string, string>>;
  fill(size: number, model: string): BedOptions['fill'];
  measure(bed: Bed): Promise<void>;
  /** whether its figures depend on neither rows nor database */
  readonly isOnce?: boolean;
}

const sections: Readonly<Record<SectionName, Section>> = {
  scans: {
    env: { TRIFACE_SCAN_RETENTION_DAYS: '0' },
    fill: (size) => (database, owner) => fillScans(database, owner, size),
    measure: measureScans,
  },
  sweeps: {
    env: { TRIFACE_SCAN_RETENTION_DAYS: '90' },
    fill: (size, model) => async (database, owner) => {
      await fillScans(database, owner, size);
      await fillPersons(database, owner, { count: 20, model });
    },
    measure: measureSweeps,
  },
  persons: {
    fill: (size, model) => (database, owner) => fillPersons(database, owner, { count: size, model }),
    measure: measurePersons,
  },
  accounts: {
    fill: (size, model) => async (database, owner, dataDir) => {
      await fillAccounts(database, owner, size);
      await fillAudit(database, owner, size, dataDir);
      await fillOpenId(database, size, Date.now() + DAY_MS);
      await fillPersons(database, owner, { count: 20, model });
    },
    measure: measureAccounts,
  },
  pictures: { env: pictureSettings, fill: () => async () => {}, measure: measurePictures, isOnce: true },
};

/** What a measurement needs besides its options. */
export interface GrowthParts {
  /** the checkout that is measured as "after" */
  readonly root: string;
  /** names a checkout */
  readonly nameOf: (root: string) => string;
  /** called with a line per section, database and size, and for each figure */
  readonly onProgress: (line: string) => void;
  /** called after each part with all figures so far, so that a run of hours loses nothing */
  readonly onPart?: (run: Run) => void;
  /** called when a part fails; the others go on */
  readonly onFailure: (part: string, error: unknown) => void;
}

/** Measures all sections that were asked for, on each database that this machine has, with each number of rows. */
export async function measureGrowth(
  options: GrowthOptions,
  { root, nameOf, onProgress, onPart, onFailure }: GrowthParts,
): Promise<Run> {
  const roots: Partial<Record<Version, string>> =
    options.against === undefined ? { after: root } : { before: options.against, after: root };
  // Now: the checkout may change while it is measured.
  const versions = Object.fromEntries(Object.entries(roots).map(([version, path]) => [version, nameOf(path)]));
  const figures: Figure[] = [];
  const loads = [loadavg()[0]!];
  const watch = setInterval(() => loads.push(loadavg()[0]!), 60_000).unref();
  const model = await nameRecognitionModel();
  const measure = async (name: SectionName, database: DatabaseName, size: number): Promise<void> => {
    const { env, fill, measure: measureSection } = sections[name];
    onProgress(`${new Date().toISOString()} ${name}, ${database}, ${size} rows, load ${loadavg()[0]!.toFixed(1)}`);
    await withBed(
      {
        ...{ section: name, database, size, rounds: options.rounds, roots, env: { ...env, ...options.env } },
        fill: fill(size, model),
        onFigure: (figure) => {
          figures.push(figure);
          onProgress(`  ${figure.operation} ${figure.version}: ${figure.p50.toFixed(1)} ${figure.unit}`);
        },
      },
      async (bed) => {
        await measureSection(bed);
        for (const bench of bed.benches)
          bed.record(bench, 'load average of the machine at the end', [loadavg()[0]!], 'processes');
      },
    );
  };
  const describe = (): Run => ({
    measuredAt: new Date().toISOString(),
    machine: `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}`,
    versions,
    load: { least: Math.min(...loads), most: Math.max(...loads) },
    figures,
  });
  const attempt = async (name: SectionName, database: DatabaseName, size: number): Promise<void> => {
    try {
      await measure(name, database, size);
    } catch (error) {
      onFailure(`${name}, ${database}, ${size} rows`, error);
    }
    loads.push(loadavg()[0]!);
    onPart?.(describe());
  };
  for (const name of options.only) {
    if (sections[name].isOnce) {
      await attempt(name, 'sqlite', 0);
      continue;
    }
    for (const database of options.databases) {
      if (!isInstalled(database)) onProgress(`${database} is not installed: left out`);
      else for (const size of options.sizes) await attempt(name, database, size);
    }
  }
  clearInterval(watch);
  return describe();
}
