import type { Finding } from '../analysis/findings.js';
import type { ImageObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import { judge } from '../analysis/verdict.js';
import type { FailedMeasurement } from './measure-files.js';
import type { LivenessSample, MeasurementFault } from './sample.js';

/** A labelled picture and what the policy makes of it. */
export interface JudgedSample extends LivenessSample {
  /** liveness of the subject, 0..1; null: none could be given */
  readonly score: number | null;
  /** what each liveness model says of the subject by itself, 0..1; empty where nothing was measured */
  readonly modelScores: Readonly<Record<string, number>>;
  /** all that is wrong, in order of precedence */
  readonly findings: readonly Finding[];
  /** why there is no measurement at all */
  readonly reason: string | undefined;
}

/** What a view makes of a picture: taken for bona fide, taken for an attack, or neither. */
export type Decision = 'bona-fide' | 'attack' | 'none';

const faultFindings: Record<MeasurementFault, Finding> = {
  'not-read': 'image-unreadable',
  unreadable: 'image-unreadable',
  'too-large': 'image-too-large',
  timeout: 'processing-failed',
  'engine-failed': 'processing-failed',
};

/** What is kept of an observation: all that the verdict asks, no landmarks. */
export const keepForVerdict = (observation: ImageObservation): ImageObservation => ({
  ...observation,
  faces: observation.faces.map((face) => ({ ...face, landmarks: [] })),
});

export function judgeSample(
  sample: LivenessSample,
  measured: ImageObservation | FailedMeasurement,
  policy: Policy,
): JudgedSample {
  if ('fault' in measured) {
    const reason = `${measured.fault}: ${measured.reason}`;
    return { ...sample, score: null, modelScores: {}, findings: [faultFindings[measured.fault]], reason };
  }
  const { liveness, findings } = judge(measured, policy);
  const modelScores = measured.faces[0]?.livenessScores ?? {};
  return { ...sample, score: liveness ?? null, modelScores, findings, reason: undefined };
}

/** The liveness score against the threshold, and nothing else: a picture with a score has a response, whatever else is wrong with it. */
export const decideByScore = ({ score }: JudgedSample, threshold: number): Decision =>
  score === null ? 'none' : score >= threshold ? 'bona-fide' : 'attack';

/** The answer a client gets: a picture refused for anything that stands before liveness got no response to the question of liveness. */
export const decideByVerdict = ({ findings: [first] }: JudgedSample): Decision =>
  first === undefined ? 'bona-fide' : first === 'attack' ? 'attack' : 'none';

/** The scores of those that have one. */
export const scoresOf = (samples: readonly JudgedSample[]): number[] =>
  samples.flatMap(({ score }) => (score === null ? [] : [score]));
