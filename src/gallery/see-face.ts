import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor, SentFace } from '../scans/face-assessor.js';
import type { NewEnrolment } from './enrolments.js';
import type { GalleryCaller } from './gallery-parts.js';
import { type FacePurpose, withoutLiveness } from './recognition-policy.js';
import { recognitionOf } from './recognition-settings.js';

/** A face that the gallery is to register or compare. */
export interface FaceCommand {
  readonly caller: GalleryCaller;
  /** name of the contract through which the request came */
  readonly contract: string;
  readonly sent: SentFace;
  readonly channel?: string;
  /** aborted when the client disconnects */
  readonly signal?: AbortSignal;
  /** whether the face must be live; default: the account's setting */
  readonly liveness?: boolean;
  /** whether the assessment includes the picture's imprint (default false) */
  readonly imprint?: boolean;
}

/** What faces are compared by. */
export interface FaceTemplate {
  /** 512 numbers; the vector's length is 1 */
  readonly vector: Float32Array;
  /** 0..1 */
  readonly quality: number;
}

/** A judged face. */
export interface SeenFace {
  readonly assessment: Assessment;
  /** undefined if the face was refused */
  readonly template: FaceTemplate | undefined;
  /** the judged picture, if it was seen for an enrolment and the account keeps pictures of enrolments */
  readonly picture: Uint8Array | undefined;
}

/** Judges a face by the account's settings and computes its template. @throws BusyError, WorkerFailedError */
export async function seeFace(assessor: FaceAssessor, command: FaceCommand, purpose: FacePurpose): Promise<SeenFace> {
  const { caller, contract, sent, channel, signal, liveness, imprint } = command;
  const isKept = purpose === 'enrolment' && caller.enrolmentPictureDays !== 0;
  // The assessor takes the picture's buffer, so a copy to keep must be made first. A packet's photo comes back with the
  // assessment.
  const copy = isKept && 'picture' in sent ? Uint8Array.from(sent.picture) : undefined;
  const { photo, ...assessment } = await assessor.assess({
    caller,
    contract,
    sent,
    embedding: true,
    subject: 'prominent',
    ...(imprint ? { imprint } : {}),
    ...(channel === undefined ? {} : { channel }),
    ...(signal ? { signal } : {}),
    ...((liveness ?? recognitionOf(caller.recognition).liveness) ? {} : { adjust: withoutLiveness(purpose) }),
  });
  const { accepted, face } = assessment.verdict;
  return {
    assessment,
    template: accepted && face?.embedding ? { vector: face.embedding, quality: face.quality } : undefined,
    picture: isKept ? (photo ?? copy) : undefined,
  };
}

/** The enrolment to store for an accepted face. */
export const toEnrolment = (
  { accountId, enrolmentPictureDays }: GalleryCaller,
  model: string,
  { assessment, template, picture }: SeenFace & { template: FaceTemplate },
): NewEnrolment => ({
  accountId,
  model,
  vector: template.vector,
  quality: template.quality,
  ...(picture ? { picture: { bytes: picture, mediaType: `image/${assessment.format}`, days: enrolmentPictureDays } } : {}),
});
