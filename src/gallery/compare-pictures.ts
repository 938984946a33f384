import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { forDocument, recordComparison } from './compare-document.js';
import type { GalleryCaller, GalleryParts } from './gallery-parts.js';
import { compareTemplates } from './template.js';

/** Two pictures of which each may be a selfie or show a portrait on a document. */
export interface PicturesCommand {
  readonly caller: GalleryCaller;
  /** name under which the scans of both pictures are stored */
  readonly contract: string;
  readonly channel: string;
  /** the client's own label */
  readonly reference: string;
  /** the files; their buffers are transferred */
  readonly pictures: readonly [Uint8Array, Uint8Array];
  /** aborted when the client disconnects */
  readonly signal?: AbortSignal;
}

/** The result of the comparison. */
export interface PicturesComparison {
  readonly assessments: readonly [Assessment, Assessment];
  /** cosine of the templates, -1..1; undefined if one of the faces cannot be compared */
  readonly score: number | undefined;
  /** the account's threshold: scores at or above it are a match */
  readonly threshold: number;
}

/**
 * Compares the largest faces of two pictures. Liveness is not checked. The measurements of both are stored as scans; no picture
 * and no template is.
 * @throws BusyError, WorkerFailedError
 */
export async function comparePictures(
  parts: Pick<GalleryParts, 'store' | 'audit'>,
  assessor: FaceAssessor,
  { pictures, caller, ...command }: PicturesCommand,
): Promise<PicturesComparison> {
  const see = (picture: Uint8Array) =>
    assessor.assess({
      ...command,
      caller: { ...caller, scanPictureDays: 0 },
      sent: { picture },
      embedding: true,
      keepLandmarks: true,
      adjust: forDocument,
    });
  // One after the other: a request takes one place in the queue.
  const first = await see(pictures[0]);
  const second = await see(pictures[1]);
  const [a, b] = [first, second].map(({ verdict }) => (verdict.accepted ? verdict.face?.embedding : undefined));
  const threshold = first.policy.match;
  const score = a && b && compareTemplates(a, b);
  await recordComparison(parts, caller, { matches: score === undefined ? null : score >= threshold });
  return { assessments: [first, second], score, threshold };
}
