import type { Figure, Run } from './figures.js';

/**
 * The figures of several runs on one machine as one run. Where two runs have the same figure, the later run's counts.
 * @param runs not empty, the earlier first
 */
export function mergeRuns(runs: readonly Run[]): Run {
  const figures = new Map<string, Figure>();
  for (const run of runs)
    for (const figure of run.figures) {
      const { section, operation, database, size, version } = figure;
      figures.set(JSON.stringify([section, operation, database, size, version]), figure);
    }
  const last = runs.at(-1)!;
  const load = {
    least: Math.min(...runs.map((run) => run.load.least)),
    most: Math.max(...runs.map((run) => run.load.most)),
  };
  return { ...last, versions: Object.assign({}, ...runs.map((run) => run.versions)), load, figures: [...figures.values()] };
}
