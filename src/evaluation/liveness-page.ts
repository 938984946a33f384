import { type CurveScores, drawErrorTradeOff } from './curve-plots.js';
import { describeRate, describeScore, percent } from './describe-numbers.js';
import { drawDistributions } from './distribution-plot.js';
import { figure, type Html, html, page, type Tile, table, tiles } from './html-page.js';
import { type JudgedSample, scoresOf } from './judge-sample.js';
import type { ListedError, LivenessReport } from './liveness-report.js';
import { modelsSection } from './models-section.js';
import { groupBy, type PresentationErrors } from './presentation-errors.js';
import { curveTiles, type RunFacts, runFooter, suggestionsTable } from './report-frame.js';

/** A data URL of a small picture for a path, or undefined. */
export type Thumbnail = (path: string) => string | undefined;

const names = { falseAccept: 'APCER', falseReject: 'BPCER' };
/** A species with fewer scores has no curve worth drawing. */
const leastForCurve = 10;

/** The report as one page. @param thumbnail given only where the operator asked for faces in the report */
export function renderLivenessPage(
  report: LivenessReport,
  samples: readonly JudgedSample[],
  facts: RunFacts,
  thumbnail?: Thumbnail,
): string {
  const { presentations, threshold, curve } = report;
  return page(
    facts.title,
    html`<h1>${facts.title}</h1>
<p class="soft">${presentations.bonaFide} bona fide presentations, ${presentations.attack} attacks of ${presentations.species} species; accepted from a
score of ${describeScore(threshold)} on (policy ${report.policyVersion}). Terms of ISO/IEC 30107-3.</p>
${tiles([...headTiles(report), ...curveTiles(curve)])}
${curve ? plots(report, samples) : html`<p>Both bona fide presentations and attacks with a score are needed for curves; there are none of one kind.</p>`}
<h2>Liveness decision</h2>
<p>The liveness score alone against the threshold. A picture without a score (not readable, no face, several faces) is a non-response; a picture with
a score counts, even if something else is wrong with it.</p>
${errorTables(report.livenessDecision)}
<h2>Whole verdict</h2>
<p>What a client is answered. A picture that is refused for anything before liveness (too small, turned away, blurred …) is a non-response here;
<em>accepted</em> and <em>refused</em> count every presentation, answered or not.</p>
${errorTables(report.wholeVerdict)}
${operatingPoints(report)}
${suggestionsTable(report.suggestions, names)}
${modelsSection(report.models)}
${findingsTable(report)}
${sourcesTable(report)}
${errorLists(report, thumbnail)}
${runFooter(facts)}`,
  );
}

function headTiles({ livenessDecision: { worst, bonaFide, acer, pooledAcer } }: LivenessReport): Tile[] {
  const range = ({ low, high }: { low: number | null; high: number | null }): string => `${percent(low)} – ${percent(high)}`;
  return [
    {
      name: 'APCER, worst species',
      value: percent(worst?.apcer.value ?? null),
      note: worst ? `${worst.species}, ${worst.apcer.count}/${worst.apcer.of}; ${range(worst.apcer)}` : 'no attacks',
    },
    {
      name: 'BPCER',
      value: percent(bonaFide.bpcer.value),
      note: `${bonaFide.bpcer.count}/${bonaFide.bpcer.of}; ${range(bonaFide.bpcer)}`,
    },
    { name: 'ACER', value: percent(acer), note: `with the worst species; ${percent(pooledAcer)} with all attacks pooled` },
  ];
}

function plots(report: LivenessReport, samples: readonly JudgedSample[]): Html {
  const live = scoresOf(samples.filter((sample) => sample.bonaFide));
  const attacks = samples.filter((sample) => !sample.bonaFide);
  const all: CurveScores = { name: 'all attacks', wanted: live, unwanted: scoresOf(attacks) };
  const species = [...groupBy(attacks, (sample) => sample.species)]
    .map(([name, of]): CurveScores => ({ name, wanted: live, unwanted: scoresOf(of) }))
    .filter(({ unwanted }) => unwanted.length >= leastForCurve);
  const { pooled, bonaFide } = report.livenessDecision;
  const mark = { name: `at ${report.threshold}`, falseAccept: pooled.apcer.value!, falseReject: bonaFide.bpcer.value! };
  const tradeOff = drawErrorTradeOff([all, ...(species.length > 1 ? species : [])], mark, {
    falseAccept: 'attacks accepted (APCER)',
    falseReject: 'bona fide refused (BPCER)',
  });
  const groups = [
    { name: 'bona fide', scores: live },
    { name: 'attacks', scores: all.unwanted },
  ];
  return html`<div class="plots">
${figure(tradeOff, `Detection error trade-off on normal-deviate axes: lower left is better. The dot is the threshold in use; species with at least ${leastForCurve} scores have a curve of their own; errors of zero lie on the border.`)}
${figure(drawDistributions(groups, report.threshold, 'log-odds'), 'How the scores are spread. The dashed line is the threshold: bona fide presentations belong to its right, attacks to its left.')}
</div>`;
}

const errorTables = ({ species, pooled, bonaFide, bonaFideKinds, worst }: PresentationErrors): Html => html`
${table(
  [...species, ...(species.length > 1 ? [{ ...pooled, species: 'all pooled' }] : [])],
  [
    { title: 'Attack species', of: (row) => (row === worst ? html`${row.species} <strong>(worst)</strong>` : row.species) },
    { title: 'APCER', of: ({ apcer }) => describeRate(apcer), number: true },
    { title: 'Non-response (APNRR)', of: ({ nonResponse }) => describeRate(nonResponse), number: true },
    { title: 'Accepted, of all', of: ({ accepted }) => describeRate(accepted), number: true },
  ],
)}
${table(
  [...bonaFideKinds, { ...bonaFide, kind: 'all bona fide' }],
  [
    { title: 'Bona fide', of: ({ kind }) => kind || 'without a kind' },
    { title: 'BPCER', of: ({ bpcer }) => describeRate(bpcer), number: true },
    { title: 'Non-response (BPNRR)', of: ({ nonResponse }) => describeRate(nonResponse), number: true },
    { title: 'Refused, of all', of: ({ refused }) => describeRate(refused), number: true },
  ],
)}`;

const operatingPoints = ({ operatingPoints: points }: LivenessReport): Html => html`<h2>Operating points</h2>
<p>BPCER where the threshold is set so that APCER stays within a bound: once for all attacks together, once for every species by itself (the standard's
reading, which a species of two pictures decides alone).</p>
${table(points, [
  { title: 'Point', of: ({ name }) => name },
  { title: 'APCER at most', of: ({ apcer }) => percent(apcer, 0), number: true },
  {
    title: 'BPCER, attacks pooled',
    of: ({ pooled }) => (pooled ? describeRate(pooled.falseReject) : 'not to be had'),
    number: true,
  },
  { title: 'Threshold', of: ({ pooled }) => (pooled ? describeScore(pooled.threshold) : '–'), number: true },
  {
    title: 'BPCER, every species',
    of: ({ everySpecies: e }) => (e ? describeRate(e.falseReject) : 'not to be had'),
    number: true,
  },
  { title: 'Threshold', of: ({ everySpecies: e }) => (e ? describeScore(e.threshold) : '–'), number: true },
])}`;

const findingsTable = ({ findings, presentations }: LivenessReport): Html => html`<h2>Findings</h2>
<p>What the verdict found wrong. <em>First</em> is what a contract with a single error code shows. On bona fide presentations every one of them is a
refusal of somebody who is there.</p>
${table(findings, [
  { title: 'Finding', of: ({ finding }) => html`<code>${finding}</code>` },
  { title: `Bona fide: first`, of: ({ bonaFide }) => share(bonaFide.first, presentations.bonaFide), number: true },
  { title: 'any', of: ({ bonaFide }) => bonaFide.any, number: true },
  { title: 'Attacks: first', of: ({ attack }) => share(attack.first, presentations.attack), number: true },
  { title: 'any', of: ({ attack }) => attack.any, number: true },
])}`;

const share = (count: number, of: number): Html | string =>
  of === 0 ? String(count) : html`${count} <span class="soft">${percent(count / of)}</span>`;

const sourcesTable = ({ sources }: LivenessReport): Html =>
  sources.length === 0
    ? html``
    : html`<h2>By source</h2><p>By the liveness decision. A figure that one source carries alone says little of another.</p>
${table(sources, [
  { title: 'Source', of: ({ source }) => source || 'without a source' },
  { title: 'APCER', of: ({ errors }) => describeRate(errors.pooled.apcer), number: true },
  { title: 'BPCER', of: ({ errors }) => describeRate(errors.bonaFide.bpcer), number: true },
  { title: 'APNRR', of: ({ errors }) => percent(errors.pooled.nonResponse.value), number: true },
  { title: 'BPNRR', of: ({ errors }) => percent(errors.bonaFide.nonResponse.value), number: true },
  { title: 'AUC', of: ({ auc }) => auc?.toFixed(4) ?? '–', number: true },
])}`;

function errorLists({ errors }: LivenessReport, thumbnail: Thumbnail | undefined): Html {
  const list = (title: string, rows: readonly ListedError[]): Html =>
    html`<h3>${title}</h3>${
      rows.length === 0
        ? html`<p class="soft">none</p>`
        : html`${faces(rows, thumbnail)}${table(rows, [
            { title: 'Picture', of: ({ path }) => html`<code>${path}</code>` },
            { title: 'Species', of: ({ species }) => species },
            { title: 'Score', of: ({ score }) => describeScore(score), number: true },
            { title: 'Findings', of: ({ findings, reason }) => reason ?? findings.join(', ') },
          ])}`
    }`;
  return html`<h2>Worst errors</h2>
${list('Attacks that were accepted, highest score first', errors.acceptedAttacks)}
${list('Bona fide presentations taken for attacks, lowest score first', errors.rejectedBonaFide)}
${list('Bona fide presentations without a response in the whole verdict', errors.refusedBonaFide)}
${list('Files without any measurement', errors.unmeasured)}`;
}

function faces(rows: readonly ListedError[], thumbnail: Thumbnail | undefined): Html {
  const shown = rows.flatMap(({ path }) => {
    const url = thumbnail?.(path);
    return url === undefined ? [] : [html`<figure><img src="${url}" alt=""><figcaption>${path}</figcaption></figure>`];
  });
  return shown.length === 0 ? html`` : html`<div class="faces">${shown}</div>`;
}
