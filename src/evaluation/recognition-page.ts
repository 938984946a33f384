import { drawMatchRates } from './curve-plots.js';
import { describeInterval, describeRate, describeScore, percent } from './describe-numbers.js';
import { drawDistributions } from './distribution-plot.js';
import { figure, type Html, html, page, table, tiles } from './html-page.js';
import { type ComparedPair, pairScores, type RecognitionReport } from './recognition-report.js';
import { curveTiles, type RunFacts, runFooter, suggestionsTable } from './report-frame.js';

/** Renders the report as a single page. */
export function renderRecognitionPage(report: RecognitionReport, pairs: readonly ComparedPair[], facts: RunFacts): string {
  const { accuracy, atThreshold, threshold } = report;
  const note = (rate: typeof accuracy): string =>
    rate.value === null ? 'no pairs' : `${rate.count}/${rate.of}; ${describeInterval(rate.low!, rate.high!)}`;
  return page(
    facts.title,
    html`<h1>${facts.title}</h1>
<p class="soft">${report.pairs.same} same-person pairs and ${report.pairs.different} different-person pairs. A cosine of ${describeScore(threshold)} or
higher is a match. ${report.failedToCompare.count} pairs could not be compared and are excluded from all rates.</p>
${tiles([
  { name: 'Accuracy', value: percent(accuracy.value), note: note(accuracy) },
  { name: 'False match rate', value: percent(atThreshold.falseAccept.value, 2), note: note(atThreshold.falseAccept) },
  { name: 'False non-match rate', value: percent(atThreshold.falseReject.value, 2), note: note(atThreshold.falseReject) },
  ...curveTiles(report.curve),
])}
${report.curve ? plots(report, pairs) : html`<p>Curves need both same-person and different-person pairs; one of the two is missing here.</p>`}
${report.best ? html`<p>The best accuracy of any threshold on these pairs is ${describeRate(report.best.accuracy)}, at ${describeScore(report.best.threshold)}. This is the figure often published as accuracy; it is slightly optimistic, since the threshold was chosen on the same pairs.</p>` : html``}
<h2>Operating points</h2>
<p>The FNMR at the lowest threshold that keeps the FMR within a bound. A bound of one in N is meaningful only with well over N different-person pairs.</p>
${table(report.operatingPoints, [
  { title: 'FMR at most', of: ({ fmr }) => `${fmr * 100} %`, number: true },
  { title: 'Threshold', of: ({ found }) => (found ? describeScore(found.threshold) : '–'), number: true },
  { title: 'FMR', of: ({ found }) => (found ? describeRate(found.falseAccept) : '–'), number: true },
  { title: 'FNMR', of: ({ found }) => (found ? describeRate(found.falseReject) : 'not reachable'), number: true },
  { title: 'Note', of: ({ enough }) => (enough ? '' : 'too few pairs: this is the threshold without any false match') },
])}
${suggestionsTable(report.suggestions, { falseAccept: 'FMR', falseReject: 'FNMR' })}
<h2>Worst errors</h2>
${list('False matches, highest cosine first', report.errors.falseMatches)}
${list('False non-matches, lowest cosine first', report.errors.falseNonMatches)}
${list('Pairs that could not be compared', report.errors.notCompared)}
${runFooter(facts)}`,
  );
}

function plots(report: RecognitionReport, pairs: readonly ComparedPair[]): Html {
  const { same, different } = pairScores(pairs);
  const mark = {
    name: `at ${report.threshold}`,
    falseAccept: report.atThreshold.falseAccept.value!,
    falseReject: report.atThreshold.falseReject.value!,
  };
  const groups = [
    { name: 'same person', scores: same },
    { name: 'different persons', scores: different },
  ];
  return html`<div class="plots">
${figure(drawMatchRates({ wanted: same, unwanted: different }, mark), 'ROC: share of same-person pairs that match, by false match rate. Closer to the upper left is better. The dot marks the threshold in use.')}
${figure(drawDistributions(groups, report.threshold, 'linear'), 'Similarity distributions. The dashed line is the threshold: same-person pairs should be to its right, different-person pairs to its left.')}
</div>`;
}

const list = (title: string, rows: readonly ComparedPair[]): Html =>
  html`<h3>${title}</h3>${
    rows.length === 0
      ? html`<p class="soft">none</p>`
      : table(rows, [
          { title: 'First', of: ({ pathA }) => html`<code>${pathA}</code>` },
          { title: 'Second', of: ({ pathB }) => html`<code>${pathB}</code>` },
          { title: 'Cosine', of: ({ score, reason }) => reason ?? describeScore(score), number: true },
        ])
  }`;
