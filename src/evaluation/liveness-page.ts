import { bandsSection } from './bands-section.js';
import { comparisonSection, differingPictures } from './comparison-section.js';
import { errorLists, type Thumbnail } from './contact-sheet.js';
import { type CurveScores, drawErrorTradeOff } from './curve-plots.js';
import { describeRate, describeScore, percent } from './describe-numbers.js';
import { drawDistributions } from './distribution-plot.js';
import { figure, type Html, html, page, type Tile, table, tiles } from './html-page.js';
import { type JudgedSample, scoresOf } from './judge-sample.js';
import type { LivenessReport } from './liveness-report.js';
import { modelsSection } from './models-section.js';
import type { OutcomeShares } from './outcome.js';
import { outcomesBySource, outcomeTables } from './outcome-section.js';
import { type BonaFideErrors, groupBy, type PresentationErrors, type SpeciesErrors } from './presentation-errors.js';
import { curveTiles, type RunFacts, runFooter, suggestionsTable } from './report-frame.js';

const names = { falseAccept: 'APCER', falseReject: 'BPCER' };
/** A species with fewer scores does not get its own curve. */
const leastForCurve = 10;

/** Renders the report as a single page. @param thumbnail given only if the operator asked for faces in the report */
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
<p class="soft">${presentations.bonaFide} bona fide presentations and ${presentations.attack} attack presentations of ${presentations.species} species.
Scores of ${describeScore(threshold)} or higher are accepted (policy ${report.policyVersion}). Terms as defined in ISO/IEC 30107-3.</p>
${tiles([...headTiles(report), ...curveTiles(curve)])}
${curve ? plots(report, samples) : html`<p>Curves need scores of both bona fide presentations and attacks; one of the two is missing here.</p>`}
${comparisonSection(report.comparison)}
<h2>Whole verdict</h2>
<p>What a client receives, of all presentations: what an attacker and a user experience. <em>Asked again</em>: the picture does not allow a judgement
(<code>not-judgeable</code>), and another one is requested. <em>Refused</em>: another finding has precedence (no face, too small, turned away,
blurred …). <em>No response</em>: the file could not be measured.</p>
${outcomeTables(report.outcomes)}
<p>In the terms of the standard, the last three are non-responses: APCER and BPCER are shares of the other presentations.</p>
${errorTables(report.wholeVerdict, 'verdict')}
<h2>Liveness decision</h2>
<p>Only the liveness score is compared with the threshold. A picture without a score (unreadable, no face, several faces) is a non-response. A picture
with a score counts even if it has other findings or is not judgeable.</p>
${errorTables(report.livenessDecision, 'score')}
${operatingPoints(report)}
${suggestionsTable(report.suggestions, names)}
${bandsSection(report.judgeabilityBands)}
${modelsSection(report.models)}
${findingsTable(report)}
${sourcesTable(report)}
${errorLists(report, thumbnail)}
${differingPictures(report.comparison, thumbnail)}
${runFooter(facts)}`,
  );
}

function headTiles({ livenessDecision: { worst, bonaFide, acer, pooledAcer }, outcomes }: LivenessReport): Tile[] {
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
    { name: 'ACER', value: percent(acer), note: `worst species; ${percent(pooledAcer)} with all attacks pooled` },
    outcomeTile('Attacks accepted', outcomes.attack),
    outcomeTile('Bona fide accepted', outcomes.bonaFide),
  ];
}

/** @returns what an attacker or a user experiences */
const outcomeTile = (name: string, { shares, presentations }: OutcomeShares): Tile => ({
  name,
  value: percent(shares.accepted.value),
  note:
    presentations === 0
      ? 'none'
      : `whole verdict, ${shares.accepted.count}/${presentations}; asked again ${percent(shares['asked-again'].value)}`,
});

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
    falseReject: 'bona fide rejected (BPCER)',
  });
  const groups = [
    { name: 'bona fide', scores: live },
    { name: 'attacks', scores: all.unwanted },
  ];
  return html`<div class="plots">
${figure(tradeOff, `Detection error trade-off on normal-deviate axes; closer to the lower left is better. The dot marks the threshold in use. Species with at least ${leastForCurve} scores have their own curve. Error rates of zero are drawn on the border.`)}
${figure(drawDistributions(groups, report.threshold, 'log-odds'), 'Score distributions. The dashed line is the threshold: bona fide presentations should be to its right, attacks to its left.')}
</div>`;
}

/** @param view the shares of all presentations are shown for the score alone; for the whole verdict, the outcomes have them */
const errorTables = (
  { species, pooled, bonaFide, bonaFideKinds, worst }: PresentationErrors,
  view: 'score' | 'verdict',
): Html => html`
${table(
  [...species, ...(species.length > 1 ? [{ ...pooled, species: 'all pooled' }] : [])],
  [
    { title: 'Attack species', of: (row) => (row === worst ? html`${row.species} <strong>(worst)</strong>` : row.species) },
    { title: 'APCER', of: ({ apcer }) => describeRate(apcer), number: true },
    { title: 'Non-response (APNRR)', of: ({ nonResponse }) => describeRate(nonResponse), number: true },
    ...(view === 'score'
      ? [{ title: 'Accepted (of all)', of: ({ accepted }: SpeciesErrors) => describeRate(accepted), number: true }]
      : []),
  ],
)}
${table(
  [...bonaFideKinds, { ...bonaFide, kind: 'all bona fide' }],
  [
    { title: 'Bona fide', of: ({ kind }) => kind || 'unspecified' },
    { title: 'BPCER', of: ({ bpcer }) => describeRate(bpcer), number: true },
    { title: 'Non-response (BPNRR)', of: ({ nonResponse }) => describeRate(nonResponse), number: true },
    ...(view === 'score'
      ? [{ title: 'Rejected (of all)', of: ({ refused }: BonaFideErrors) => describeRate(refused), number: true }]
      : []),
  ],
)}`;

const operatingPoints = ({ operatingPoints: points }: LivenessReport): Html => html`<h2>Operating points</h2>
<p>The BPCER at the lowest threshold that keeps the APCER within a bound: for all attacks pooled, and for each species separately. The standard uses the
latter; note that a species with only two pictures can then determine the result.</p>
${table(points, [
  { title: 'Point', of: ({ name }) => name },
  { title: 'APCER at most', of: ({ apcer }) => percent(apcer, 0), number: true },
  {
    title: 'BPCER, attacks pooled',
    of: ({ pooled }) => (pooled ? describeRate(pooled.falseReject) : 'not reachable'),
    number: true,
  },
  { title: 'Threshold', of: ({ pooled }) => (pooled ? describeScore(pooled.threshold) : '–'), number: true },
  {
    title: 'BPCER, each species',
    of: ({ everySpecies: e }) => (e ? describeRate(e.falseReject) : 'not reachable'),
    number: true,
  },
  { title: 'Threshold', of: ({ everySpecies: e }) => (e ? describeScore(e.threshold) : '–'), number: true },
])}`;

const findingsTable = ({ findings, presentations }: LivenessReport): Html => html`<h2>Findings</h2>
<p>Reasons for rejection. <em>First</em> counts the pictures for which the finding has precedence; it is the one that an API with a single error code
reports. For bona fide presentations, each finding is the rejection of a genuine user.</p>
${table(findings, [
  { title: 'Finding', of: ({ finding }) => html`<code>${finding}</code>` },
  { title: 'Bona fide: first', of: ({ bonaFide }) => share(bonaFide.first, presentations.bonaFide), number: true },
  { title: 'any', of: ({ bonaFide }) => bonaFide.any, number: true },
  { title: 'Attacks: first', of: ({ attack }) => share(attack.first, presentations.attack), number: true },
  { title: 'any', of: ({ attack }) => attack.any, number: true },
])}`;

const share = (count: number, of: number): Html | string =>
  of === 0 ? String(count) : html`${count} <span class="soft">${percent(count / of)}</span>`;

const sourcesTable = ({ sources, outcomes }: LivenessReport): Html =>
  sources.length === 0
    ? html``
    : html`<h2>By source</h2><p>Results from one source do not necessarily carry over to others.</p>
<h3>Liveness decision</h3>
${table(sources, [
  { title: 'Source', of: ({ source }) => source || 'unspecified' },
  { title: 'APCER', of: ({ errors }) => describeRate(errors.pooled.apcer), number: true },
  { title: 'BPCER', of: ({ errors }) => describeRate(errors.bonaFide.bpcer), number: true },
  { title: 'APNRR', of: ({ errors }) => percent(errors.pooled.nonResponse.value), number: true },
  { title: 'BPNRR', of: ({ errors }) => percent(errors.bonaFide.nonResponse.value), number: true },
  { title: 'AUC', of: ({ auc }) => auc?.toFixed(4) ?? '–', number: true },
])}
${outcomesBySource(outcomes)}`;
