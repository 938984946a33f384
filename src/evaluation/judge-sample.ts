import type { Finding } from '../analysis/findings.js';
import type { ImageObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import { judge } from '../analysis/verdict.js';
import type { FailedMeasurement } from './measure-files.js';
import type { LivenessSample, MeasurementFault } from './sample.js';

/** A labelled picture and its verdict under the policy. */
export interface JudgedSample extends LivenessSample {
  /** liveness of the subject, 0..1; null if it could not be measured */
  readonly score: number | null;
  /** how far the picture allows a judgement, 0..1; null if it was not measured */
  readonly judgeability: number | null;
  /** the subject's score by each liveness model, 0..1; empty if nothing was measured */
  readonly modelScores: Readonly<Record<string, number>>;
  /** in order of precedence */
  readonly findings: readonly Finding[];
  /** why there is no measurement; undefined if there is one */
  readonly reason: string | undefined;
}

/** How a decision rule classifies a picture: as bona fide, as an attack, or not at all (a non-response). */
export type Decision = 'bona-fide' | 'attack' | 'none';

const faultFindings: Record<MeasurementFault, Finding> = {
  'not-read': 'image-unreadable',
  unreadable: 'image-unreadable',
  'too-large': 'image-too-large',
  timeout: 'processing-failed',
  'engine-failed': 'processing-failed',
};

/** The part of an observation that the verdict needs: everything but the landmarks. */
export const keepForVerdict = (observation: ImageObservation): ImageObservation => ({
  ...observation,
  faces: observation.faces.map((face) => ({ ...face, landmarks: [] })),
});

/** Applies the policy to a measured picture. A failed measurement counts as the corresponding finding. */
export function judgeSample(
  sample: LivenessSample,
  measured: ImageObservation | FailedMeasurement,
  policy: Policy,
): JudgedSample {
  if ('fault' in measured) {
    const reason = `${measured.fault}: ${measured.reason}`;
    return { ...sample, score: null, judgeability: null, modelScores: {}, findings: [faultFindings[measured.fault]], reason };
  }
  const { liveness, findings, face } = judge(measured, policy);
  const modelScores = measured.faces[0]?.livenessScores ?? {};
  return {
    ...sample,
    score: liveness ?? null,
    judgeability: face?.judgeability ?? null,
    modelScores,
    findings,
    reason: undefined,
  };
}

/**
 * Compares only the liveness score with the threshold: any picture with a score has a response, even if it has other findings.
 */
export const decideByScore = ({ score }: JudgedSample, threshold: number): Decision =>
  score === null ? 'none' : score >= threshold ? 'bona-fide' : 'attack';

/** The scores, without samples that have none. */
export const scoresOf = (samples: readonly JudgedSample[]): number[] =>
  samples.flatMap(({ score }) => (score === null ? [] : [score]));
