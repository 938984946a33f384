import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readMemory } from '../growth/installation.js';

/** The state of a server at one moment. */
export interface Sample {
  /** seconds since the first request */
  readonly at: number;
  readonly residentMb: number;
  readonly anonymousMb: number;
  /** of the main thread's JavaScript heap */
  readonly heapMb: number;
  /** memory of the main thread outside its JavaScript heap, such as buffers */
  readonly externalMb: number;
  readonly descriptors: number;
  readonly threads: number;
  /** of SQLite's write-ahead log */
  readonly walMb: number;
  readonly databaseMb: number;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Reads a sample from outside. @param memoryFile the server's own report (inside.ts), which is renewed for the next sample */
export function takeSample(at: number, pid: number, dataDir: string, memoryFile: string): Sample {
  const { residentMb, anonymousMb } = readMemory(pid);
  let memory = { heapUsed: Number.NaN, external: Number.NaN };
  try {
    memory = JSON.parse(readFileSync(memoryFile, 'utf8')) as typeof memory;
  } catch {
    // The first sample, or it is being written.
  }
  process.kill(pid, 'SIGUSR2');
  return {
    ...{ at, residentMb, anonymousMb, heapMb: memory.heapUsed / 1e6, externalMb: memory.external / 1e6 },
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    walMb: sizeOf(join(dataDir, 'triface.db-wal')) / 1e6,
    databaseMb: sizeOf(join(dataDir, 'triface.db')) / 1e6,
  };
}

/** A straight line through points. */
export interface Slope {
  /** per unit of x */
  readonly slope: number;
  /**
   * of the slope: as if the deviations from the line were independent. Those of memory are not, so the true error is greater.
   */
  readonly standardError: number;
}

/** Ordinary least squares. @param points at least three, with different x @returns NaN for fewer */
export function fitSlope(points: readonly { readonly x: number; readonly y: number }[]): Slope {
  const n = points.length;
  if (n < 3) return { slope: Number.NaN, standardError: Number.NaN };
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, standardError: Math.sqrt(rest / (n - 2) / spread) };
}

const series: readonly (readonly [name: string, read: (sample: Sample) => number])[] = [
  ['RSS, MB', (sample) => sample.residentMb],
  ['anonymous memory, MB', (sample) => sample.anonymousMb],
  ['heap in use (not collected), MB', (sample) => sample.heapMb],
  ['external, MB', (sample) => sample.externalMb],
  ['file descriptors', (sample) => sample.descriptors],
  ['threads', (sample) => sample.threads],
  ['WAL, MB', (sample) => sample.walMb],
  ['database, MB', (sample) => sample.databaseMb],
];

/** The samples after the warm-up as a Markdown table: range, and slope per hour with its standard error. */
export function describeSamples(samples: readonly Sample[], warmUpSeconds: number): string {
  const late = samples.filter(({ at }) => at >= warmUpSeconds);
  const lines = series.map(([name, read]) => {
    const points = late.map((sample) => ({ x: sample.at / 3600, y: read(sample) })).filter(({ y }) => Number.isFinite(y));
    if (points.length === 0) return `| ${name} | – | – | – | – |`;
    const values = points.map(({ y }) => y);
    const { slope, standardError } = fitSlope(points);
    const shown = [values[0]!, values.at(-1)!].map((value) => value.toFixed(1));
    const range = `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;
    const line = Number.isFinite(slope) ? `${slope.toFixed(1)} ± ${standardError.toFixed(1)}` : '–';
    return `| ${[name, ...shown, range, line].join(' | ')} |`;
  });
  return [
    '| after the warm-up | first | last | range | slope per hour ± standard error |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
