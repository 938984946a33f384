import { join } from 'node:path';
import { bandLines } from './bands-section.js';
import { comparisonLines } from './comparison-section.js';
import { describeInterval, describeScore, percent, describeRatePlainly as rate } from './describe-numbers.js';
import type { LivenessReport } from './liveness-report.js';
import { modelLines } from './models-section.js';
import { outcomeLines } from './outcome-section.js';
import type { RecognitionReport } from './recognition-report.js';
import { describeTarget, type ErrorNames } from './report-frame.js';
import type { SuggestedThreshold } from './suggest-threshold.js';
import { reportFiles } from './write-report.js';

/** A summary of the report for the terminal, with the paths of its files. */
export function summarizeLiveness(report: LivenessReport, out: string): string {
  const { livenessDecision: decision, presentations } = report;
  const names = { falseAccept: 'APCER', falseReject: 'BPCER' };
  return [
    `${presentations.bonaFide} bona fide presentations, ${presentations.attack} attacks of ${presentations.species} species; threshold ${describeScore(report.threshold)}`,
    ...decision.species.map(({ species, apcer }) => `  APCER ${species}: ${rate(apcer)}`),
    `APCER worst species: ${decision.worst ? `${decision.worst.species} ${rate(decision.worst.apcer)}` : '–'}; pooled ${rate(decision.pooled.apcer)}`,
    `BPCER: ${rate(decision.bonaFide.bpcer)}`,
    `ACER: ${percent(decision.acer)} (worst species), ${percent(decision.pooledAcer)} (pooled)`,
    `Without a score: attacks ${rate(decision.pooled.nonResponse)}, bona fide ${rate(decision.bonaFide.nonResponse)}`,
    ...outcomeLines(report.outcomes),
    ...curveLines(report.curve),
    ...report.operatingPoints.map(
      ({ name, apcer, pooled }) =>
        `${name} (APCER ≤ ${percent(apcer, 0)}): ${pooled ? `${rate(pooled.falseReject)} at ${describeScore(pooled.threshold)}` : 'not reachable'}`,
    ),
    ...suggestionLines(report.suggestions, names),
    ...bandLines(report.judgeabilityBands),
    ...modelLines(report.models),
    ...comparisonLines(report.comparison),
    ...fileLines(out),
  ].join('\n');
}

/** A summary of the report for the terminal, with the paths of its files. */
export function summarizeRecognition(report: RecognitionReport, out: string): string {
  const names = { falseAccept: 'FMR', falseReject: 'FNMR' };
  return [
    `${report.pairs.same} same-person pairs, ${report.pairs.different} different-person pairs; threshold ${describeScore(report.threshold)}`,
    `Accuracy: ${rate(report.accuracy)}; not compared: ${rate(report.failedToCompare)}`,
    ...(report.best
      ? [`Best accuracy of any threshold: ${rate(report.best.accuracy)} at ${describeScore(report.best.threshold)}`]
      : []),
    `FMR: ${rate(report.atThreshold.falseAccept)}; FNMR: ${rate(report.atThreshold.falseReject)}`,
    ...curveLines(report.curve),
    ...report.operatingPoints.map(
      ({ fmr, found, enough }) =>
        `FNMR at FMR ≤ ${fmr}: ${found ? `${rate(found.falseReject)} at ${describeScore(found.threshold)}` : 'not reachable'}${enough ? '' : ' (too few pairs)'}`,
    ),
    ...suggestionLines(report.suggestions, names),
    ...fileLines(out),
  ].join('\n');
}

function curveLines(curve: LivenessReport['curve']): string[] {
  if (!curve) return [];
  const { area, equalError } = curve.intervals;
  return [
    `AUC ${curve.area.toFixed(4)} (${area.low.toFixed(4)}–${area.high.toFixed(4)}), EER ${percent(curve.equalError)} (${describeInterval(equalError.low, equalError.high)})`,
  ];
}

/** The suggested thresholds for the terminal; empty if none were requested. */
export const suggestionLines = (suggestions: LivenessReport['suggestions'], names: ErrorNames): string[] =>
  suggestions.map(
    ({ target, found }) =>
      `Threshold for ${describeTarget(target, names)}: ${found ? describeSuggestion(found, names) : 'not reachable'}`,
  );

const describeSuggestion = (found: SuggestedThreshold, names: ErrorNames): string =>
  `${describeScore(found.threshold)} (${names.falseAccept} ${rate(found.falseAccept)}, ${names.falseReject} ${rate(found.falseReject)})`;

/** The report's files for the terminal, after an empty line. */
export const fileLines = (out: string): string[] => ['', ...reportFiles.map((file) => join(out, file))];
