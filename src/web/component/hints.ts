import { boxCentre, boxHeight } from '../../imaging/geometry.js';
import type { FaceDetection } from '../../inference/models/face-detection.js';
import type { FaceQuality } from './face-quality.js';
import type { Oval } from './guide.js';
import type { Hint } from './public-api.js';
import type { Checks } from './settings.js';

/** Measurements of one frame. */
export interface Sight {
  /** faces in pixels of the frame, best first */
  readonly faces: readonly FaceDetection[];
  /** of the largest face */
  readonly quality?: FaceQuality;
  readonly eyesClosed?: boolean;
  readonly mouthOpen?: boolean;
}

/** Limits of the face's height over the guide's height. A well-placed face (brows to chin) is at about 0.6. */
const [farthest, closest] = [0.42, 0.86];
/** Maximum offset of the face's centre from the guide's, as fractions of the guide's width and height. */
const [aside, above] = [0.17, 0.15];
/** Minimum height of a second face over the first one's: a picture on a distant wall is not a second person. */
const minSecond = 0.35;
/** Minimum mean luma, 0..255. */
const darkest = 55;
/**
 * Minimum sharpness. Measured on 80 photographed faces, with and without noise: 0.11 to 0.79; blurred by 1 % of their height 0.04 to 0.18;
 * by 2 % 0.013 to 0.048.
 */
const softest = 0.05;

/** Returns the hints for a frame, most important first; none if the photo can be taken. */
export function judge({ faces, quality, eyesClosed, mouthOpen }: Sight, guide: Oval, checks: Checks): Hint[] {
  const face = mainFace(faces);
  if (!face) return ['FACE_NOT_FOUND'];
  const hints: Hint[] = [];
  const height = boxHeight(face.box);
  if (faces.some((other) => other !== face && boxHeight(other.box) > height * minSecond)) hints.push('TOO_MANY_FACES');
  if (height < guide.ry * 2 * farthest) hints.push('FACE_TOO_FAR');
  if (height > guide.ry * 2 * closest) hints.push('FACE_TOO_CLOSE');
  const { x, y } = boxCentre(face.box);
  // The guide surrounds the whole head and the box extends from brows to chin, so its centre is lower by a sixteenth of the
  // guide's height.
  const isCentred =
    Math.abs(x - guide.cx) <= guide.rx * 2 * aside && Math.abs(y - guide.cy - guide.ry / 8) <= guide.ry * 2 * above;
  if (checks.centred && !isCentred) hints.push('FACE_NOT_CENTERED');
  if (quality && checks.light && quality.light < darkest) hints.push('IMAGE_TOO_DARK');
  if (quality && checks.sharp && quality.sharpness < softest) hints.push('FACE_BLURRY');
  if (checks.eyes && eyesClosed) hints.push('EYES_CLOSED');
  if (checks.mouth && mouthOpen) hints.push('MOUTH_OPEN');
  return hints;
}

/** The largest face, which is the user's. */
export function mainFace(faces: readonly FaceDetection[]): FaceDetection | undefined {
  return [...faces].sort((a, b) => boxHeight(b.box) - boxHeight(a.box))[0];
}
