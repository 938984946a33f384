import type { AnalysisEngine } from '../../../src/analysis/engine.js';
import { judgeOutcome } from '../judge-outcome.js';
import { allSeries } from './all-series.js';
import { judgeSeries } from './judge-series.js';
import type { Base, Series } from './series.js';

/** What came of all series of one name. */
export interface SeriesResult {
  readonly name: string;
  readonly cases: number;
  readonly right: number;
  /** steps that were wrong, with what came first, by base */
  readonly failures: readonly string[];
}

/**
 * Makes, analyses and judges the series of some bases. Pictures are made when they are needed, one series at a time.
 * @param choose which series of which base (default: all)
 */
export async function runSeries(
  engine: Pick<AnalysisEngine, 'analyze'>,
  bases: readonly Base[],
  choose: (series: Series, base: Base) => boolean = () => true,
): Promise<SeriesResult[]> {
  const results = new Map<string, { cases: number; right: number; failures: string[] }>();
  const jobs = bases.flatMap((base) =>
    allSeries.flatMap((make) =>
      make(base)
        .filter((series) => choose(series, base))
        .map((series) => ({ base, series })),
    ),
  );
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { base, series } = job;
      const found = [];
      for (const step of series.steps) found.push(judgeOutcome(await engine.analyze({ bytes: await step.make() })).findings);
      const result = results.get(series.name) ?? { cases: 0, right: 0, failures: [] };
      results.set(series.name, result);
      for (const { label, isRight, remark } of judgeSeries(series, found)) {
        result.cases++;
        if (isRight) result.right++;
        else result.failures.push(`${label} of ${base.name}: ${remark}`);
      }
    }
  };
  await Promise.all([work(), work(), work()]);
  return [...results].map(([name, result]) => ({ name, ...result }));
}
