import { describeInterval, describeRate, describeScore, percent } from './describe-numbers.js';
import type { ErrorTarget } from './error-curve.js';
import { type Html, html, type Tile, table } from './html-page.js';
import type { SuggestedThreshold } from './suggest-threshold.js';

/** Facts about the run, common to all reports. */
export interface RunFacts {
  readonly title: string;
  readonly tool: string;
  /** ISO 8601 */
  readonly createdAt: string;
  /** fingerprint of the models and code */
  readonly measuredBy: string;
  readonly seed: number;
  readonly files: number;
  /** highest resident memory of the process, bytes */
  readonly peakMemory: number;
}

/** Names of the two error rates, by kind of report. */
export interface ErrorNames {
  readonly falseAccept: string;
  readonly falseReject: string;
}

/** The suggested thresholds; empty if none were requested. */
export function suggestionsTable(
  suggestions: readonly { readonly target: ErrorTarget; readonly found: SuggestedThreshold | undefined }[],
  names: ErrorNames,
): Html {
  if (suggestions.length === 0) return html``;
  return html`<h2>Suggested thresholds</h2>
<p>Thresholds are chosen and measured on the same scores. Expect slightly higher error rates on new pictures.</p>
${table(suggestions, [
  { title: 'Target', of: ({ target }) => describeTarget(target, names) },
  { title: 'Threshold', of: ({ found }) => (found ? describeScore(found.threshold) : 'not reachable'), number: true },
  { title: names.falseAccept, of: ({ found }) => (found ? describeRate(found.falseAccept) : '–'), number: true },
  { title: names.falseReject, of: ({ found }) => (found ? describeRate(found.falseReject) : '–'), number: true },
])}`;
}

/** `BPCER ≤ 3 %` */
export const describeTarget = (target: ErrorTarget, names: ErrorNames): string =>
  'falseAccept' in target
    ? `${names.falseAccept} ≤ ${Number((target.falseAccept * 100).toPrecision(6))} %`
    : `${names.falseReject} ≤ ${Number((target.falseReject * 100).toPrecision(6))} %`;

/** AUC and EER, for the head of a report. */
export function curveTiles(
  curve: {
    readonly area: number;
    readonly equalError: number;
    readonly intervals: {
      readonly area: { readonly low: number; readonly high: number };
      readonly equalError: { readonly low: number; readonly high: number };
    };
  } | null,
): Tile[] {
  if (!curve) return [];
  const { area, equalError, intervals } = curve;
  return [
    { name: 'AUC', value: area.toFixed(4), note: `${intervals.area.low.toFixed(4)}–${intervals.area.high.toFixed(4)}` },
    {
      name: 'EER',
      value: percent(equalError),
      note: describeInterval(intervals.equalError.low, intervals.equalError.high),
    },
  ];
}

const picturesIndependent =
  'Both methods assume independent pictures; with many pictures of one person or one print, the true uncertainty is larger.';

/**
 * The method section at the foot of every report.
 * @param independence what the intervals assume
 */
export const runFooter = (facts: RunFacts, independence = picturesIndependent): Html => html`<h2>Method</h2>
<p>Created by ${facts.tool} on ${facts.createdAt} from ${facts.files} files. Fingerprint of models and code: <code>${facts.measuredBy}</code>. Peak memory:
${Math.round(facts.peakMemory / 1e6)} MB.</p>
<p>Rates are given with 95 % Wilson score intervals, AUC and EER with 95 % percentile bootstrap intervals (1000 resamples, seed ${facts.seed}), so the same
pictures give the same report. ${independence} All figures apply to these pictures, and to others only as far as they are similar.</p>`;
