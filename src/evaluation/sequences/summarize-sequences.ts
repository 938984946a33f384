import { comparisonLines } from '../comparison-section.js';
import { describeInterval, describeScore, percent, describeRatePlainly as rate } from '../describe-numbers.js';
import { outcomeLines } from '../outcome-section.js';
import { fileLines, suggestionLines } from '../summarize.js';
import type { MotionFigures } from './compare-methods.js';
import { frameNotes } from './frames-section.js';
import { methods } from './judge-sequence.js';
import { methodNames } from './method-names.js';
import { describeReasons } from './motion-section.js';
import type { Estimate, ScoreFigures } from './score-figures.js';
import type { SequenceReport } from './sequence-report.js';

/** A summary of the report for the terminal, with the paths of its files. */
export function summarizeSequences(report: SequenceReport, out: string): string {
  const { presentations, species, all, bonaFide } = report;
  const clients = presentations.clients > 0 ? `, ${presentations.clients} clients` : '';
  return [
    `${presentations.bonaFide} bona fide sequences, ${presentations.attack} attacks of ${presentations.species} species${clients}; threshold ${describeScore(report.threshold)}`,
    ...frameNotes(report),
    `Without a score: attacks ${rate(all.nonResponse)}, bona fide ${rate(bonaFide.nonResponse)}`,
    ...methods.map((method) => `${methodNames[method]}: ${describeFigures(all[method])}`),
    'APCER by species, last frame alone → sequence:',
    ...species.map((row) => `  ${row.species}: ${rate(row.picture.apcer)} → ${rate(row.sequence.apcer)}`),
    'EER by species, last frame alone → sequence:',
    ...species.map((row) => `  ${row.species}: ${eer(row.picture.equalError)} → ${eer(row.sequence.equalError)}`),
    'Motion alone:',
    ...species.map(
      (row) => `  ${row.species}: ${describeMotion(row.motion)}, AUC ${row.motion.areas.evidence?.value.toFixed(3) ?? '–'}`,
    ),
    `  bona fide: ${describeMotion(bonaFide.motion)}`,
    'Sequences:',
    ...outcomeLines(report.outcomes.sequence),
    ...suggestionLines(report.suggestions, { falseAccept: 'APCER', falseReject: 'BPCER' }),
    ...comparisonLines(report.comparison),
    ...fileLines(out),
  ].join('\n');
}

const describeFigures = ({ apcer, bpcer, area, equalError, bpcer20 }: ScoreFigures): string =>
  [
    `APCER ${rate(apcer)}`,
    `BPCER ${rate(bpcer)}`,
    ...(area ? [`EER ${eer(equalError)}`, `AUC ${area.value.toFixed(4)} (${area.low.toFixed(4)}–${area.high.toFixed(4)})`] : []),
    ...(bpcer20 ? [`BPCER at APCER 5 % ${rate(bpcer20)}`] : []),
  ].join(', ');

const eer = (of: Estimate | null): string => (of ? `${percent(of.value)} (${describeInterval(of.low, of.high)})` : '–');

function describeMotion(motion: MotionFigures): string {
  const reasons = describeReasons(motion);
  return `statements ${rate(motion.statements)}${reasons === '' ? '' : `, none because: ${reasons}`}`;
}
