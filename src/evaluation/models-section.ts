import type { ModelComparison } from './compare-models.js';
import { describeInterval, describeRate, describeWeights, percent, describeRatePlainly as rate } from './describe-numbers.js';
import { type Html, html, table } from './html-page.js';
import type { WeightSuggestion } from './suggest-weights.js';

/** The page section on models and their weights. */
export function modelsSection(comparison: ModelComparison | null): Html {
  if (!comparison) return html``;
  const { present, presentations, figures, weights } = comparison;
  return html`<h2>Models and weights</h2>
<p>Each liveness model on its own and their fusion, measured on the ${presentations.bonaFide} bona fide presentations and ${presentations.attack} attacks
that have a score, all species pooled. Pictures that are no photographs have a lower score in the rest of the report. Weights in use: <code>${describeWeights(present)}</code>.</p>
${table(figures, [
  { title: 'Score', of: ({ name }) => name },
  { title: 'AUC', of: ({ area }) => area.toFixed(4), number: true },
  {
    title: 'EER',
    of: ({ equalError, intervals: { equalError: of } }) =>
      html`${percent(equalError)} <span class="soft">${describeInterval(of.low, of.high)}</span>`,
    number: true,
  },
  { title: 'BPCER at APCER 5 %', of: ({ bpcer20 }) => (bpcer20 ? describeRate(bpcer20) : 'not reachable'), number: true },
  { title: 'BPCER at the threshold', of: ({ bpcer }) => describeRate(bpcer), number: true },
  { title: 'APCER at the threshold', of: ({ apcer }) => describeRate(apcer), number: true },
])}
<h3>Suggested weights</h3>
<p>${weights.why}</p>
${weights.learned ? html`<p>Learned on all presentations: <code>${describeWeights(weights.learned)}</code>. ${describeFolds(weights)}</p>` : html``}
${weights.command ? html`<p><code>${weights.command}</code></p>` : html``}`;
}

/** The same as a few lines for the terminal. */
export function modelLines(comparison: ModelComparison | null): string[] {
  if (!comparison) return [];
  const { figures, weights, present } = comparison;
  return [
    '',
    `Models (weights in use: ${describeWeights(present)}):`,
    ...figures.map(
      ({ name, area, equalError, intervals: { equalError: of }, bpcer20 }) =>
        `  ${name}: AUC ${area.toFixed(4)}, EER ${percent(equalError)} (${describeInterval(of.low, of.high)}), BPCER at APCER 5 % ${bpcer20 ? rate(bpcer20) : 'not reachable'}`,
    ),
    weights.learned
      ? `Learned weights: ${describeWeights(weights.learned)}. ${describeFolds(weights)} ${weights.why}`
      : `No weights learned. ${weights.why}`,
    ...(weights.command ? [`Suggested: ${weights.command}`] : []),
  ];
}

function describeFolds({ folds }: WeightSuggestion): string {
  if (!folds) return '';
  return folds.by === 'random'
    ? `Cross-validated in ${folds.count} random folds, since neither the sources nor the folders form at least three groups for each label. Similar pictures may be both in the training and in the test data, so the figures are optimistic.`
    : `Cross-validated in ${folds.count} folds that keep each ${folds.by} together.`;
}
