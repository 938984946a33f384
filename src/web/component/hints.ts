import { boxCentre, boxHeight } from '../../imaging/geometry.js';
import type { FaceDetection } from '../../inference/models/face-detection.js';
import type { FaceQuality } from './face-quality.js';
import type { Oval } from './guide.js';
import type { Hint } from './public-api.js';
import type { Checks } from './settings.js';

/** What is seen in one frame. */
export interface Sight {
  /** faces in pixels of the frame, best first */
  readonly faces: readonly FaceDetection[];
  /** of the largest face */
  readonly quality?: FaceQuality;
  readonly eyesClosed?: boolean;
  readonly mouthOpen?: boolean;
}

/** Face height in parts of the guide's height. A face in the guide, brows to chin, is some 0.6 of it. */
const [farthest, closest] = [0.42, 0.86];
/** How far the middle of the face may lie from the guide's, in parts of the guide's width and height. */
const [aside, above] = [0.17, 0.15];
/** A second face counts from this part of the first one's height: what hangs on a wall far behind is no second person. */
const minSecond = 0.35;
/** Mean luma, 0..255. */
const darkest = 55;
/** Sharpness. Photographed faces measured 0.10 to 0.25, blurred by 1 % of their height 0.03 to 0.07, by 2 % 0.01 to 0.03. */
const softest = 0.04;

/** All there is to mend, the most important first; none when the photo can be taken. */
export function judge({ faces, quality, eyesClosed, mouthOpen }: Sight, guide: Oval, checks: Checks): Hint[] {
  const face = mainFace(faces);
  if (!face) return ['FACE_NOT_FOUND'];
  const hints: Hint[] = [];
  const height = boxHeight(face.box);
  if (faces.some((other) => other !== face && boxHeight(other.box) > height * minSecond)) hints.push('TOO_MANY_FACES');
  if (height < guide.ry * 2 * farthest) hints.push('FACE_TOO_FAR');
  if (height > guide.ry * 2 * closest) hints.push('FACE_TOO_CLOSE');
  const { x, y } = boxCentre(face.box);
  // The guide is around the whole head, the box from brows to chin: its middle lies lower by about a sixteenth of the guide.
  const isCentred =
    Math.abs(x - guide.cx) <= guide.rx * 2 * aside && Math.abs(y - guide.cy - guide.ry / 8) <= guide.ry * 2 * above;
  if (checks.centred && !isCentred) hints.push('FACE_NOT_CENTERED');
  if (quality && checks.light && quality.light < darkest) hints.push('IMAGE_TOO_DARK');
  if (quality && checks.sharp && quality.sharpness < softest) hints.push('FACE_BLURRY');
  if (checks.eyes && eyesClosed) hints.push('EYES_CLOSED');
  if (checks.mouth && mouthOpen) hints.push('MOUTH_OPEN');
  return hints;
}

/** The largest face: whoever sits before the camera. */
export function mainFace(faces: readonly FaceDetection[]): FaceDetection | undefined {
  return [...faces].sort((a, b) => boxHeight(b.box) - boxHeight(a.box))[0];
}
