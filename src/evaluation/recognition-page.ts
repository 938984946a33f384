import { drawMatchRates } from './curve-plots.js';
import { describeInterval, describeRate, describeScore, percent } from './describe-numbers.js';
import { drawDistributions } from './distribution-plot.js';
import { figure, type Html, html, page, table, tiles } from './html-page.js';
import { type ComparedPair, pairScores, type RecognitionReport } from './recognition-report.js';
import { curveTiles, type RunFacts, runFooter, suggestionsTable } from './report-frame.js';

/** The report as one page. */
export function renderRecognitionPage(report: RecognitionReport, pairs: readonly ComparedPair[], facts: RunFacts): string {
  const { accuracy, atThreshold, threshold } = report;
  const note = (rate: typeof accuracy): string =>
    rate.value === null ? 'nothing to count' : `${rate.count}/${rate.of}; ${describeInterval(rate.low!, rate.high!)}`;
  return page(
    facts.title,
    html`<h1>${facts.title}</h1>
<p class="soft">${report.pairs.same} pairs of one person, ${report.pairs.different} of two; a match from a cosine of ${describeScore(threshold)} on.
${report.failedToCompare.count} pairs could not be compared and are left out of every rate.</p>
${tiles([
  { name: 'Accuracy', value: percent(accuracy.value), note: note(accuracy) },
  { name: 'False match rate', value: percent(atThreshold.falseAccept.value, 2), note: note(atThreshold.falseAccept) },
  { name: 'False non-match rate', value: percent(atThreshold.falseReject.value, 2), note: note(atThreshold.falseReject) },
  ...curveTiles(report.curve),
])}
${report.curve ? plots(report, pairs) : html`<p>Pairs of one person and pairs of two are needed for curves; there are none of one kind.</p>`}
${report.best ? html`<p>The best accuracy that any threshold reaches on these very pairs is ${describeRate(report.best.accuracy)}, at ${describeScore(report.best.threshold)}: what is often published as accuracy, and a little too good.</p>` : html``}
<h2>Operating points</h2>
<p>FNMR where the threshold is set so that the FMR stays within a bound. A bound of one in N means something only with well over N pairs of two persons.</p>
${table(report.operatingPoints, [
  { title: 'FMR at most', of: ({ fmr }) => `${fmr * 100} %`, number: true },
  { title: 'Threshold', of: ({ found }) => (found ? describeScore(found.threshold) : '–'), number: true },
  { title: 'FMR', of: ({ found }) => (found ? describeRate(found.falseAccept) : '–'), number: true },
  { title: 'FNMR', of: ({ found }) => (found ? describeRate(found.falseReject) : 'not to be had'), number: true },
  { title: '', of: ({ enough }) => (enough ? '' : 'too few pairs to tell: the threshold of no false match at all') },
])}
${suggestionsTable(report.suggestions, { falseAccept: 'FMR', falseReject: 'FNMR' })}
<h2>Worst errors</h2>
${list('Two persons that match, most alike first', report.errors.falseMatches)}
${list('One person that does not match, least alike first', report.errors.falseNonMatches)}
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
${figure(drawMatchRates({ wanted: same, unwanted: different }, mark), 'ROC: how many pairs of one person match, at each rate of false matches. Upper left is better; the dot is the threshold in use.')}
${figure(drawDistributions(groups, report.threshold, 'linear'), 'How alike the faces are. The dashed line is the threshold: pairs of one person belong to its right.')}
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
