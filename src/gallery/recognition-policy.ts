import type { Policy, Thresholds } from '../analysis/policy.js';

/** What a face is looked at for. */
export type FacePurpose = 'enrolment' | 'comparison';

/**
 * What a template bears, measured on labelled pairs (docs/decisions/0016-conditions-of-recognition.md): faces turned by up to 46 degrees and
 * softly focused ones compare as well as others. Where the camera stood and how sharp the skin is matters to the liveness networks only.
 */
const comparison: Partial<Thresholds> = Object.freeze({
  ...{ closeWidth: 2, closeHeight: 2, border: -1, visible: 0.9 },
  ...{ yaw: 50, pitch: 40, roll: 60 },
  ...{ quality: 0.3, occlusion: 1 },
});

/** A reference is compared for years: a covered face, whose genuine scores are a third lower, is none. */
const { occlusion: _, ...enrolment } = comparison;

const conditions = { comparison, enrolment: Object.freeze(enrolment) };

/** The revision of these numbers: raised when one of them changes. */
const revision = 1;

/**
 * The policy for a face that need not be live, since the account has that check switched off: the numbers above in place of the preset's, and over
 * them the account's own.
 */
export const withoutLiveness =
  (purpose: FacePurpose) =>
  (policy: Policy, own: Partial<Thresholds>): Policy => ({
    ...{ ...policy, ...conditions[purpose], ...own },
    ...{ liveness: 0, uncertainty: 0 },
    version: `${policy.version}+${purpose}-${revision}`,
  });
