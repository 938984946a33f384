import type { Policy, Thresholds } from '../analysis/policy.js';

/** The purpose of a face's template. */
export type FacePurpose = 'enrolment' | 'comparison';

/**
 * Conditions under which templates still compare well, measured on labelled pairs
 * (docs/decisions/0016-conditions-of-recognition.md): faces turned by up to 46 degrees and slightly out of focus compare as well
 * as others. The camera's position and the sharpness of the skin matter only to the liveness networks.
 */
const comparison: Partial<Thresholds> = Object.freeze({
  closeWidth: 2,
  closeHeight: 2,
  border: -1,
  visible: 0.9,
  yaw: 50,
  pitch: 40,
  roll: 60,
  quality: 0.3,
  occlusion: 1,
});

/** A reference is used for years. A covered face makes a poor reference: genuine scores are a third lower. */
const { occlusion: _, ...enrolment } = comparison;

const conditions = { comparison, enrolment: Object.freeze(enrolment) };

/** Revision of these numbers; increment it with every change. */
const revision = 1;

/**
 * The policy for an account whose liveness check is switched off: the conditions above replace the preset's, and the account's
 * own thresholds take precedence over both.
 */
export const withoutLiveness =
  (purpose: FacePurpose) =>
  (policy: Policy, own: Partial<Thresholds>): Policy => ({
    ...policy,
    ...conditions[purpose],
    ...own,
    liveness: 0,
    judgeability: 0,
    unjudgeable: 0,
    uncertainty: 0,
    version: `${policy.version}+${purpose}-${revision}`,
  });
