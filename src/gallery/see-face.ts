import type { Assessment, PictureCommand } from '../scans/assess-picture.js';
import type { ScanService } from '../scans/scan-service.js';
import type { NewEnrolment } from './enrolments.js';
import type { GalleryCaller } from './gallery-parts.js';
import { type FacePurpose, withoutLiveness } from './recognition-policy.js';
import { recognitionOf } from './recognition-settings.js';

/** How a picture of a person comes to the gallery. */
export interface FaceCommand {
  readonly caller: GalleryCaller;
  /** which contract asks */
  readonly contract: string;
  /** the file as sent; its memory is moved away */
  readonly bytes: Uint8Array;
  readonly channel?: string;
  readonly signal?: AbortSignal;
  /** whether the face must be live; default: as the account has it */
  readonly liveness?: boolean;
  /** judges the picture in another way than by itself, for example together with a capture packet; default: as a picture */
  readonly assess?: (command: PictureCommand) => Promise<Assessment & { readonly photo?: Uint8Array | undefined }>;
}

/** A face that may be registered or compared: `assessment.verdict.accepted`. */
export interface FaceTemplate {
  /** 512 numbers of length 1 */
  readonly vector: Float32Array;
  /** 0..1 */
  readonly quality: number;
}

/** A picture that was looked at: with a template when there is nothing wrong with it. */
export interface SeenFace {
  readonly assessment: Assessment;
  readonly template: FaceTemplate | undefined;
  /** the picture that was judged, when it came in a capture packet */
  readonly photo: Uint8Array | undefined;
}

/** Judges a picture as the account wants and computes its template. @throws BusyError, WorkerFailedError */
export async function seeFace(scans: ScanService, command: FaceCommand, purpose: FacePurpose): Promise<SeenFace> {
  const { caller, contract, bytes, channel, signal, liveness, assess = (picture) => scans.assess(picture) } = command;
  const assessment: Assessment & { readonly photo?: Uint8Array | undefined } = await assess({
    ...{ caller, contract, bytes, embedding: true, subject: 'prominent' },
    ...(channel === undefined ? {} : { channel }),
    ...(signal ? { signal } : {}),
    ...((liveness ?? recognitionOf(caller.recognition).liveness) ? {} : { adjust: withoutLiveness(purpose) }),
  });
  const { accepted, face } = assessment.verdict;
  return {
    assessment,
    photo: assessment.photo,
    template: accepted && face?.embedding ? { vector: face.embedding, quality: face.quality } : undefined,
  };
}

/** The enrolment that a template makes. @param kept the file, when the account keeps it */
export function toEnrolment(
  { accountId, enrolmentPictureDays }: GalleryCaller,
  model: string,
  { assessment, template, photo }: SeenFace & { template: FaceTemplate },
  kept: Uint8Array | undefined,
): NewEnrolment {
  const bytes = kept && (photo ?? kept);
  return {
    ...{ accountId, model, vector: template.vector, quality: template.quality },
    ...(bytes ? { picture: { bytes, mediaType: `image/${assessment.format}`, days: enrolmentPictureDays } } : {}),
  };
}

/** A copy of the file for keeping, made before its memory moves away; undefined when the account keeps none. */
export const copyIfKept = ({ caller, bytes }: Pick<FaceCommand, 'caller' | 'bytes'>): Uint8Array | undefined =>
  caller.enrolmentPictureDays === 0 ? undefined : Uint8Array.from(bytes);
