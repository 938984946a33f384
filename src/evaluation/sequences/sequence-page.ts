import { comparisonSection, differingPictures } from '../comparison-section.js';
import { errorLists, type Thumbnail } from '../contact-sheet.js';
import { type CurveScores, drawErrorTradeOff } from '../curve-plots.js';
import { describeScore, percent } from '../describe-numbers.js';
import { figure, type Html, html, page, type Tile, tiles } from '../html-page.js';
import { scoresOf } from '../judge-sample.js';
import { outcomeTables } from '../outcome-section.js';
import { unwantedColour, wantedColour } from '../plot.js';
import { type RunFacts, runFooter, suggestionsTable } from '../report-frame.js';
import { drawScoreDots, type ScoreDots } from '../scatter-plot.js';
import { framesSection } from './frames-section.js';
import { type JudgedSequence, methods } from './judge-sequence.js';
import { methodNames } from './method-names.js';
import { methodTable, speciesTables } from './method-tables.js';
import { motionSection } from './motion-section.js';
import type { SequenceReport } from './sequence-report.js';

/** Renders the report as a single page. @param thumbnail given only if the operator asked for faces in the report */
export function renderSequencePage(
  report: SequenceReport,
  judged: readonly JudgedSequence[],
  facts: RunFacts,
  thumbnail?: Thumbnail,
): string {
  const { presentations, threshold, comparison, all } = report;
  const { bonaFide, attack, species, clients } = presentations;
  return page(
    facts.title,
    html`<h1>${facts.title}</h1>
<p class="soft">${bonaFide} bona fide sequences and ${attack} attack sequences of ${species} species${clients > 0 ? `, from ${clients} clients` : ''}. The last
frame of each counts as the picture. Scores of ${describeScore(threshold)} or higher are accepted (policy ${report.policyVersion}). Terms as defined in
ISO/IEC 30107-3.</p>
${tiles(headTiles(report))}
${all.sequence.area ? plots(report, judged) : html`<p>Curves need scores of both bona fide presentations and attacks; one of the two is missing here.</p>`}
<h2>Last frame and sequence</h2>
<p>Only the liveness score is compared with the threshold. Each sequence is judged by its last frame alone, by all its frames as single pictures, and by
all its frames with the motion between them, which is what the server does with a capture packet. Sequences without a score are left
out: ${report.bonaFide.nonResponse.count} bona fide, ${all.nonResponse.count} attacks.</p>
${methodTable(report)}
<h3>By species</h3>
${speciesTables(report)}
${motionSection(report)}
${comparisonSection(comparison)}
<h2>Whole verdict on the sequences</h2>
<p>What a client receives, of all presentations. <em>Asked again</em>: the picture does not allow a judgement (<code>not-judgeable</code>), and another one
is requested. <em>Refused</em>: another finding has precedence. <em>No response</em>: a frame could not be read.</p>
${outcomeTables(report.outcomes.sequence)}
${suggestionsTable(report.suggestions, { falseAccept: 'APCER', falseReject: 'BPCER' })}
${framesSection(report)}
${errorLists({ errors: report.errors, outcomes: report.outcomes.sequence }, thumbnail)}
${differingPictures(comparison, thumbnail)}
${runFooter(facts, independenceOf(report))}`,
  );
}

function headTiles({ all, bonaFide, comparison }: SequenceReport): Tile[] {
  const { picture, sequence, motion } = all;
  const statements = motion.statements.count + bonaFide.motion.statements.count;
  const total = motion.statements.of + bonaFide.motion.statements.of;
  const before = (value: number | null | undefined): string => `last frame alone ${percent(value ?? null)}`;
  return [
    { name: 'EER', value: percent(sequence.equalError?.value ?? null), note: before(picture.equalError?.value) },
    { name: 'BPCER at APCER 5 %', value: percent(sequence.bpcer20?.value ?? null), note: before(picture.bpcer20?.value) },
    { name: 'APCER', value: percent(sequence.apcer.value), note: before(picture.apcer.value) },
    { name: 'BPCER', value: percent(sequence.bpcer.value), note: before(picture.bpcer.value) },
    {
      name: 'With a motion statement',
      value: percent(total > 0 ? statements / total : null, 0),
      note: `${statements} of ${total} sequences`,
    },
    {
      name: 'Different verdicts',
      value: String(comparison.differing.count),
      note: `${comparison.better} better with the sequence, ${comparison.worse} worse`,
    },
  ];
}

function plots({ threshold, all }: SequenceReport, judged: readonly JudgedSequence[]): Html {
  const curves = methods.toReversed().map((method): CurveScores => {
    const of = (label: boolean): number[] =>
      scoresOf(judged.map((one) => one[method]).filter(({ bonaFide }) => bonaFide === label));
    return { name: methodNames[method], wanted: of(true), unwanted: of(false) };
  });
  const { apcer, bpcer } = all.sequence;
  const mark = { name: `at ${threshold}`, falseAccept: apcer.value!, falseReject: bpcer.value! };
  const tradeOff = drawErrorTradeOff(curves, mark, {
    falseAccept: 'attacks accepted (APCER)',
    falseReject: 'bona fide rejected (BPCER)',
  });
  const dots = (name: string, label: boolean, colour: string): ScoreDots => ({
    name,
    colour,
    scores: judged
      .filter(({ sample }) => sample.bonaFide === label)
      .flatMap(({ picture, sequence }) =>
        picture.score === null || sequence.score === null ? [] : [{ x: picture.score, y: sequence.score }],
      ),
  });
  const scatter = drawScoreDots([dots('attacks', false, unwantedColour), dots('bona fide', true, wantedColour)], threshold, {
    x: 'score of the last frame alone',
    y: 'score of the sequence',
  });
  return html`<div class="plots">
${figure(tradeOff, 'Detection error trade-off on normal-deviate axes, attacks pooled; closer to the lower left is better. The dot marks the threshold in use. Error rates of zero are drawn on the border.')}
${figure(scatter, 'Each dot is a sequence: its score by the last frame alone and by all frames, spaced by log-odds. The dashed lines are the threshold. Upper left: accepted only by the sequence. Lower right: rejected only by the sequence.')}
</div>`;
}

const independenceOf = ({ resampled }: SequenceReport): string =>
  resampled === 'clients'
    ? 'The bootstrap draws clients with all of their sequences. Wilson intervals and sign tests assume independent sequences: with several per client, the true uncertainty is larger.'
    : 'All intervals and tests assume independent sequences. The table names no clients: if several sequences show the same person or print, the true uncertainty is larger.';
