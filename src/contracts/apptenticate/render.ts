import type { FaceObservation } from '../../analysis/observation.js';
import type { Policy } from '../../analysis/policy.js';
import type { Assessment } from '../../scans/assess-picture.js';
import { reject, rejectionCodes } from './errors.js';
import type { LivenessAnswer, StandardResponse } from './wire.js';

/** What the client asked to be told. */
export interface AnswerForm {
  readonly details: boolean;
  readonly returnId: boolean;
}

/** The vendor's `score` is the logit of its `liveness`, held within ±16.118 (a float32 probability knows no more). */
const greatestLogit = 16.118;

/** The vendor's answer on an evaluated picture, fields in the seed's order. */
export function renderLiveness({ verdict, scan, policy }: Assessment, { details, returnId }: AnswerForm): LivenessAnswer {
  const id = returnId ? { id: scan.number } : {};
  const first = verdict.findings[0];
  if (first === undefined) {
    return { valid: true, ...(details && verdict.face ? { api_response: renderStandard(verdict.face) } : {}), ...id };
  }
  const explained = first === 'attack' && verdict.face ? { error_details: explainAttack(verdict.face, policy) } : {};
  return { ...reject(rejectionCodes[first]), ...explained, ...id };
}

function renderStandard({ liveness, quality }: FaceObservation): StandardResponse {
  const logit = Math.log(liveness / (1 - liveness));
  return { score: round(Math.min(greatestLogit, Math.max(-greatestLogit, logit)), 6), quality: round(quality, 7), liveness };
}

const explainAttack = (face: FaceObservation, policy: Policy) => ({
  face_liveness: `For a positive result you must get at least ${policy.liveness}, value achieved: ${asFloat(face.liveness)}.`,
  api_response: renderStandard(face),
});

/** A number as the vendor's Python prints a float: 0 is "0.0". */
const asFloat = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
