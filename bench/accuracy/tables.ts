import { bootstrapCurve } from '../../src/evaluation/bootstrap.js';
import { describeInterval, describeRatePlainly, percent } from '../../src/evaluation/describe-numbers.js';
import { makeErrorCurve } from '../../src/evaluation/error-curve.js';
import { countRate } from '../../src/evaluation/rate.js';
import { suggestThreshold } from '../../src/evaluation/suggest-threshold.js';

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Rate of the items for which `holds`, with counts and Wilson's 95 % interval. */
export const describeShare = <T>(items: readonly T[], holds: (item: T) => boolean): string =>
  items.length === 0 ? '' : describeRatePlainly(countRate(items, holds));

/** A score of a presentation. */
export interface Scored {
  readonly live: boolean;
  /** probability of bona fide, 0..1 */
  readonly score: number;
}

/** Column titles of `describeScores`. */
export const scoreColumns = ['bona fide / attacks', 'AUC', 'EER', 'BPCER at 0.5', 'APCER at 0.5', 'BPCER at APCER 5 %'] as const;

/** Figures of a set of scores, with 95 % intervals: Wilson's, and bootstrap for the EER. */
export function describeScores(scored: readonly Scored[]): string[] {
  const of = (live: boolean): number[] => scored.filter((one) => one.live === live).map(({ score }) => score);
  const [live, attack] = [of(true), of(false)];
  if (live.length === 0 || attack.length === 0) return [`${live.length} / ${attack.length}`, '', '', '', '', ''];
  const { area, equalError } = makeErrorCurve(live, attack);
  const { equalError: interval } = bootstrapCurve(live, attack, 1);
  const at5 = suggestThreshold(live, attack, { falseAccept: 0.05 })?.falseReject;
  return [
    `${live.length} / ${attack.length}`,
    area.toFixed(3),
    `${percent(equalError)} (${describeInterval(interval.low, interval.high)})`,
    describeShare(live, (score) => score < 0.5),
    describeShare(attack, (score) => score >= 0.5),
    at5 ? describeRatePlainly(at5) : 'not reachable',
  ];
}
