import Type, { type Static } from 'typebox';
import type { Finding } from '../../analysis/findings.js';
import { piecewise } from '../../analysis/piecewise.js';
import type { PicturesComparison } from '../../gallery/compare-pictures.js';
import type { Assessment } from '../../scans/assessment.js';
import type { ScanDetail } from '../../scans/scan-detail.js';
import { toLocalDateTime } from './moment.js';
import { renderFace } from './render.js';
import { ComparedFaceSchema } from './wire.js';

/** `compare_similarity` at which the vendor's engine, and so its clients, see the same person. */
const sameAbove = 0.7;
/** `compare_similarity` of the vendor's engine when nothing was compared. */
const notCompared = -1;

/** The answer of `compare_face`. */
export const ComparisonSchema = Type.Object(
  {
    channel: Type.String(),
    compare_result: Type.String({
      description:
        'Same person, Different person, No face1, No face2, Failed to open file1, Failed to open file2; None: not comparable',
    }),
    compare_similarity: Type.Number({
      minimum: -1,
      maximum: 1,
      description: '0..1, from 0.7 the same person; -1: nothing was compared',
    }),
    created: Type.String({ description: 'UTC, without a zone' }),
    face1: Type.Union([ComparedFaceSchema, Type.Null()]),
    face2: Type.Union([ComparedFaceSchema, Type.Null()]),
  },
  { title: 'DmsComparison' },
);
export type ComparisonAnswer = Static<typeof ComparisonSchema>;

const unreadable: ReadonlySet<Finding> = new Set(['image-unreadable', 'image-too-large', 'processing-failed']);
const faceless: ReadonlySet<Finding> = new Set(['scene-not-visible', 'face-not-found']);

/** A comparison in the vendor's format. */
export function renderComparison(
  { assessments, score, threshold }: PicturesComparison,
  { channel }: { readonly channel: string },
): ComparisonAnswer {
  const [first, second] = assessments;
  const matches = score !== undefined && score >= threshold;
  return {
    channel,
    compare_result: score === undefined ? nameFault(assessments) : matches ? 'Same person' : 'Different person',
    compare_similarity: score === undefined ? notCompared : scaleScore(score, threshold),
    created: toLocalDateTime(second.scan.createdAt),
    face1: renderSubject(first),
    face2: renderSubject(second),
  };
}

/**
 * Maps a cosine to the vendor's scale, so that clients that compare with 0.7 themselves decide as the account's threshold does.
 * Negative cosines are 0.
 */
function scaleScore(score: number, threshold: number): number {
  const scaled = piecewise(score, [
    [Math.min(0, threshold - 1), 0],
    [threshold, sameAbove],
    [1, 1],
  ]);
  const rounded = Number(scaled.toFixed(7));
  // Rounding must not lift a face over the threshold.
  return score < threshold && rounded >= sameAbove ? sameAbove - 1e-7 : rounded;
}

/** Why nothing was compared, in the order of the vendor's engine: files, then faces. */
function nameFault(assessments: readonly Assessment[]): string {
  const findFault = (findings: ReadonlySet<Finding>) =>
    assessments.findIndex(({ verdict }) => verdict.findings.some((finding) => findings.has(finding)));
  const file = findFault(unreadable);
  if (file >= 0) return `Failed to open file${file + 1}`;
  const face = findFault(faceless);
  return face >= 0 ? `No face${face + 1}` : 'None';
}

function renderSubject({ scan }: Assessment): ComparisonAnswer['face1'] {
  const detail = scan.detail as ScanDetail;
  const [face] = detail.faces;
  if (!face) return null;
  const { x1, y1, x2, y2, yaw, roll, pitch, ...others } = renderFace(face, detail);
  const { face_quality, face_luminance, eye_dist, left_eye_closed, right_eye_closed } = others;
  const { face_occlusion, mouth_opened, landmark_68 } = others;
  return {
    ...{ x1, y1, x2, y2, yaw, roll, pitch, face_quality, face_luminance, eye_dist, left_eye_closed, right_eye_closed },
    ...{ face_occlusion, mouth_opened, landmark_68 },
  };
}
