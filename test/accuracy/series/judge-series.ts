import type { Finding } from '../../../src/analysis/findings.js';
import type { Series } from './series.js';

/** What a series must not be blamed for: liveness is measured elsewhere. */
const aboutLiveness: readonly string[] = ['attack', 'not-judgeable'];

/** The judgement on one step. */
export interface JudgedStep {
  readonly label: string;
  readonly isRight: boolean;
  /** what came first and what was wrong with it, for the report */
  readonly remark: string;
}

/**
 * Judges the findings of a series' pictures, in the order of its steps. A step is right if the finding comes first where it must,
 * nothing comes where nothing is wrong, nothing but the finding comes between, and a finding that has come stays.
 */
export function judgeSeries(series: Series, found: readonly (readonly Finding[])[]): JudgedStep[] {
  let hasCome = false;
  return series.steps.map(({ label, expect, alsoTrue = [] }, i) => {
    const conditions = found[i]!.filter((finding) => !aboutLiveness.includes(finding));
    const first = conditions[0];
    const isOwn = first !== undefined && (series.findings.includes(first) || alsoTrue.includes(first));
    const wrong = [
      ...(expect === 'must' && !isOwn ? ['finding missing'] : []),
      ...(expect === 'must-not' && first !== undefined ? ['nothing is wrong with it'] : []),
      ...(expect === 'grey' && first !== undefined && !isOwn ? ['another finding'] : []),
      ...(expect === 'grey' && series.isGraded && hasCome && !isOwn ? ['finding gone again'] : []),
    ];
    if (expect !== 'must-not' && isOwn) hasCome = true;
    return { label, isRight: wrong.length === 0, remark: `${first ?? 'none'}: ${wrong.join(', ')}` };
  });
}
