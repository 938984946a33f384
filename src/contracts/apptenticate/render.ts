import type { FaceObservation } from '../../analysis/observation.js';
import { toFloatText } from '../../platform/float-json.js';
import type { Assessment } from '../../scans/assessment.js';
import type { CaptureJudgement } from '../../scans/capture-judgement.js';
import { reject, rejectionCodes } from './errors.js';
import type { LivenessAnswer, PlusResponse, StandardResponse } from './wire.js';

/** Which optional parts of the answer the client wants. */
export interface AnswerForm {
  readonly details: boolean;
  readonly returnId: boolean;
}

/** The vendor's `score` is the logit of its `liveness`, clamped to ±16.118, the precision of a float32 probability. */
const greatestLogit = 16.118;

/** The vendor's answer for an evaluated picture or packet. Fields are in the order of the published contract. */
export function renderLiveness(assessment: Assessment, { details, returnId }: AnswerForm): LivenessAnswer {
  const { verdict, scan } = assessment;
  const id = returnId ? { id: scan.number } : {};
  const [first] = verdict.findings;
  const response = renderResponse(assessment);
  if (first === undefined) return { valid: true, ...(details && response ? { api_response: response } : {}), ...id };
  const code = rejectionCodes[first];
  return { ...reject(code), ...(code === 715 && response ? { error_details: explainAttack(assessment, response) } : {}), ...id };
}

/** The vendor's `api_response`; undefined if nothing was measured. */
function renderResponse({ verdict: { face }, capture }: Assessment): StandardResponse | PlusResponse | undefined {
  if (capture) return renderPlus(face, capture);
  return face && renderStandard(face);
}

function renderStandard({ liveness, quality }: FaceObservation): StandardResponse {
  const logit = Math.log(liveness / (1 - liveness));
  return { score: round(Math.min(greatestLogit, Math.max(-greatestLogit, logit)), 6), quality: round(quality, 7), liveness };
}

const renderPlus = (face: FaceObservation | undefined, { score, probability }: CaptureJudgement): PlusResponse => ({
  ...(face ? { face_liveness: { probability: face.liveness } } : {}),
  capture_liveness: { score, probability },
});

/** One sentence for each check that failed. */
const explainAttack = ({ verdict: { face }, policy, capture }: Assessment, response: StandardResponse | PlusResponse) => ({
  ...(face && face.liveness < policy.liveness
    ? {
        face_liveness: `For a positive result you must get at least ${policy.liveness}, value achieved: ${toFloatText(face.liveness)}.`,
      }
    : {}),
  ...(capture?.probability === 0
    ? { capture_liveness: `For a positive result you must get 1, value achieved: ${toFloatText(capture.probability)}.` }
    : {}),
  api_response: response,
});

/** A number as the vendor's Python prints a float: 0 becomes "0.0". */

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
