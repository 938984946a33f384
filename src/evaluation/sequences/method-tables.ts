import { describeRate } from '../describe-numbers.js';
import { type Column, type Html, html, table } from '../html-page.js';
import type { ChangedDecisions, GroupComparison } from './compare-methods.js';
import {
  describeArea,
  describeAreaDifference,
  describePercentage,
  describePoints,
  describeResampledRate,
} from './describe-estimates.js';
import { type Method, methods } from './judge-sequence.js';
import { methodNames, shortMethodNames } from './method-names.js';
import type { ScoreFigures } from './score-figures.js';
import type { SequenceReport } from './sequence-report.js';

/** The methods, all attacks pooled, and what the sequence changes. */
export function methodTable({ all, bonaFide, resampled }: SequenceReport): Html {
  const byClient = resampled === 'clients';
  const rows = methods.map((method) => ({ method, ...all[method] }));
  return html`${table(rows, [
    { title: 'Judged by', of: ({ method }) => methodNames[method] },
    { title: 'APCER', of: ({ apcer }) => describeResampledRate(apcer, byClient), number: true },
    { title: 'BPCER', of: ({ bpcer }) => describeResampledRate(bpcer, byClient), number: true },
    { title: 'EER', of: ({ equalError }) => describePercentage(equalError), number: true },
    {
      title: 'BPCER at APCER 5 %',
      of: ({ bpcer20 }) => (bpcer20 ? describeResampledRate(bpcer20, byClient) : 'not reachable'),
      number: true,
    },
    { title: 'AUC', of: ({ area }) => describeArea(area), number: true },
  ])}
<p>Sequence minus last frame, in percentage points: APCER ${describePoints(all.difference.apcer)}, BPCER ${describePoints(all.difference.bpcer)}, EER
${describePoints(all.difference.equalError)}, BPCER at APCER 5 % ${describePoints(all.difference.bpcer20)}; AUC ${describeAreaDifference(all.difference.area)}.
Decisions at the threshold: of the attacks, ${describeChanged(all.changed)}; of the bona fide sequences, ${describeChanged(bonaFide.changed)}.</p>`;
}

/** The same by species: at the threshold, and regardless of it. */
export function speciesTables({ species, all }: SequenceReport): Html {
  const rows = [...species, ...(species.length > 1 ? [{ ...all, species: 'all pooled' }] : [])];
  const name: Column<GroupComparison> = { title: 'Attack species', of: (row) => row.species };
  const columns = (
    title: (method: Method) => string,
    shown: readonly Method[],
    of: (figures: ScoreFigures) => Html,
  ): Column<GroupComparison>[] => shown.map((method) => ({ title: title(method), of: (row) => of(row[method]), number: true }));
  return html`${table(
    rows,
    [
      name,
      ...columns(
        (method) => methodNames[method],
        methods,
        ({ apcer }) => describeRate(apcer),
      ),
      { title: 'Corrected / spoiled', of: ({ changed }) => `${changed.corrected} / ${changed.spoiled}`, number: true },
      { title: 'Sign test', of: ({ changed }) => describeProbability(changed), number: true },
    ],
    'APCER at the threshold. Corrected: accepted by the last frame, rejected by the sequence; spoiled: the reverse.',
  )}
${table(
  rows,
  [
    name,
    ...columns(
      (method) => `EER, ${shortMethodNames[method]}`,
      methods,
      ({ equalError }) => describePercentage(equalError),
    ),
    ...columns(
      (method) => `AUC, ${shortMethodNames[method]}`,
      ['picture', 'sequence'],
      ({ area }) => describeArea(area),
    ),
  ],
  'Regardless of the threshold: each species against all bona fide sequences.',
)}`;
}

const describeChanged = (changed: ChangedDecisions): string =>
  changed.corrected + changed.spoiled === 0
    ? 'none changes'
    : `${changed.corrected} become right and ${changed.spoiled} wrong (sign test: ${describeProbability(changed)})`;

const describeProbability = ({ probability }: ChangedDecisions): string =>
  probability < 0.001 ? 'p < 0.001' : `p = ${probability.toFixed(3)}`;
