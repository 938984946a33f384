import { describeInterval, describeRate, describeScore, percent } from './describe-numbers.js';
import type { ErrorTarget } from './error-curve.js';
import { type Html, html, type Tile, table } from './html-page.js';
import type { SuggestedThreshold } from './suggest-threshold.js';

/** What a report says about the run itself, whatever was measured. */
export interface RunFacts {
  readonly title: string;
  readonly tool: string;
  /** ISO 8601 */
  readonly createdAt: string;
  /** identifies models and code that measured */
  readonly measuredBy: string;
  readonly seed: number;
  readonly files: number;
  /** highest resident memory of the process, bytes */
  readonly peakMemory: number;
}

/** Names of the two errors, as the kind of report calls them. */
export interface ErrorNames {
  readonly falseAccept: string;
  readonly falseReject: string;
}

/** The suggested thresholds, or nothing where none was asked for. */
export function suggestionsTable(
  suggestions: readonly { readonly target: ErrorTarget; readonly found: SuggestedThreshold | undefined }[],
  names: ErrorNames,
): Html {
  if (suggestions.length === 0) return html``;
  return html`<h2>Suggested thresholds</h2>
<p>Chosen and measured on the same scores: expect somewhat more of both errors on new ones.</p>
${table(suggestions, [
  { title: 'Wanted', of: ({ target }) => describeTarget(target, names) },
  { title: 'Threshold', of: ({ found }) => (found ? describeScore(found.threshold) : 'none keeps it'), number: true },
  { title: names.falseAccept, of: ({ found }) => (found ? describeRate(found.falseAccept) : '–'), number: true },
  { title: names.falseReject, of: ({ found }) => (found ? describeRate(found.falseReject) : '–'), number: true },
])}`;
}

/** `BPCER ≤ 3 %` */
export const describeTarget = (target: ErrorTarget, names: ErrorNames): string =>
  'falseAccept' in target
    ? `${names.falseAccept} ≤ ${Number((target.falseAccept * 100).toPrecision(6))} %`
    : `${names.falseReject} ≤ ${Number((target.falseReject * 100).toPrecision(6))} %`;

/** Area and equal error, for the head of a report. */
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

/** How the numbers came about; the same at the foot of every report. */
export const runFooter = (facts: RunFacts): Html => html`<h2>How this was made</h2>
<p>${facts.tool}, ${facts.createdAt}; ${facts.files} files; measured by <code>${facts.measuredBy}</code> (a fingerprint of models and code);
at most ${Math.round(facts.peakMemory / 1e6)} MB of memory. Rates carry Wilson's 95 % score interval; AUC and EER a percentile bootstrap of 1000
draws with seed ${facts.seed}, so the same pictures give the same report. Both take pictures as independent: many pictures of one person, or of one
print, make the true uncertainty larger. All figures hold for these pictures, and for others only as far as they are alike.</p>`;
