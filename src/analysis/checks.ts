import type { CapturePolicy } from './capture-policy.js';
import { type CheckRule, faceRules, sceneRules } from './check-rules.js';
import type { CaptureFinding, Finding } from './findings.js';
import type { FaceObservation, SceneObservation } from './observation.js';
import type { PictureSize } from './placement.js';
import { formerBounds, type Policy } from './policy.js';

/** One measurement compared with its threshold. */
export interface Check {
  /** what is wrong with the picture when the check fails */
  readonly finding: Finding;
  /** what was measured, in words, with its unit */
  readonly measure: string;
  readonly value: number;
  /** which side of the threshold is acceptable; the threshold itself is */
  readonly bound: 'at least' | 'at most';
  readonly threshold: number;
  /** the condition under which the check counts, in words; absent: always */
  readonly when?: string;
  /** whether that condition holds; a check that does not apply cannot fail */
  readonly applies: boolean;
  readonly passed: boolean;
}

/** What the checks look at: one picture, and the subject's face where exactly one face counts. */
export interface CheckedPicture extends PictureSize {
  /** faces that count; passers-by are left out */
  readonly faceCount: number;
  /** the subject; absent unless exactly one face counts */
  readonly face?: FaceObservation | undefined;
  /** the whole picture; measured only where no face was found */
  readonly scene?: SceneObservation | null | undefined;
}

/**
 * Every check that can be made of a picture. The verdict's findings are the findings of the failed ones, and the explanation of a
 * stored scan prints all of them: both read this list, so they cannot contradict each other.
 *
 * Scans stored by former versions lack newer thresholds and measurements; the checks that need them are left out.
 */
export function checkPicture(picture: CheckedPicture, policy: Policy): Check[] {
  const { faceCount, face, scene } = picture;
  return [
    ...(faceCount === 0 && scene ? applyRules(sceneRules, scene, picture, policy) : []),
    makeCheck('face-not-found', 'faces', faceCount, 'at least', 1),
    makeCheck('too-many-faces', 'faces', faceCount, 'at most', 1),
    ...(face ? applyRules(faceRules, face, picture, policy) : []),
  ];
}

/**
 * The check of a capture packet: whether its picture was captured by a camera. The only place where the score meets its
 * threshold.
 * @param finding if it fails
 */
export const checkCapture = (
  score: number,
  { threshold }: Pick<CapturePolicy, 'threshold'>,
  finding: CaptureFinding = 'injection',
): Check => makeCheck(finding, 'capture score', score, 'at least', threshold);

function applyRules<S>(rules: readonly CheckRule<S>[], subject: S, size: PictureSize, policy: Policy): Check[] {
  const complete = { ...formerBounds, ...policy };
  return rules.flatMap(({ finding, measure, value, bound, threshold, condition }) => {
    const measured = value(subject, size);
    const limit: number | undefined = policy[threshold];
    if (measured === undefined || limit === undefined) return [];
    return [
      makeCheck(
        finding,
        measure,
        measured,
        bound,
        limit,
        condition && { when: condition.when, holds: condition.holds(subject, complete) },
      ),
    ];
  });
}

/**
 * Compares one measurement with its threshold. A value that is not a number fails.
 * @param condition under which the check counts, and whether it does
 */
function makeCheck(
  finding: Finding,
  measure: string,
  value: number,
  bound: Check['bound'],
  threshold: number,
  condition?: { readonly when: string; readonly holds: boolean },
): Check {
  const applies = condition?.holds ?? true;
  const holds = bound === 'at least' ? value >= threshold : value <= threshold;
  return {
    finding,
    measure,
    value,
    bound,
    threshold,
    ...(condition ? { when: condition.when } : {}),
    applies,
    passed: holds || !applies,
  };
}
