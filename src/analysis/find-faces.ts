import { type Box, boxCentre, boxHeight, overlap } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import type { FaceModels } from '../inference/face-models.js';
import type { FaceDetection } from '../inference/models/face-detection.js';
import type { FaceMesh } from '../inference/models/face-mesh.js';

/** A face, and its mesh where the mesh was needed to confirm it. */
export interface FoundFace extends FaceDetection {
  readonly mesh?: FaceMesh;
}

/** Maximum number of detections to confirm: bounds the number of mesh runs per picture. The others count if they are sure. */
const maxConfirmations = 10;
/** From this confidence of the first detector on, a detection is sure, or certain. */
const sure = 0.9;
const certain = 0.995;
/** Mesh logits from which on the mesh sees a face: any detection, and one that is sure. */
const seen = 4;
const seenIfSure = 2;
/** Mesh logit below which there is no face. Covered and blurred faces go down to −5.7. */
const noFace = -6;
/** The least confidence of a second look at a face that the mesh neither sees nor rules out. */
const seenAgain = 0.97;

/**
 * Finds the faces of a picture, largest first. Uses the first detector; if it finds none, the second; if that finds none either,
 * the first one again on an area larger than the picture (for faces that fill it). A later step runs only if no earlier one has
 * found a face. (Running the detector on parts of the picture was tried and found no additional small faces.)
 */
export async function findFaces(models: FaceModels, image: RgbImage): Promise<FoundFace[]> {
  for (const step of [
    async () => confirmAll(models, image, await models.detector.detect(image), 'first'),
    async () => confirmAll(models, image, await models.secondDetector.detect(image), 'second'),
    async () => confirmAll(models, image, await models.detector.detect(image, beyond(image)), 'beyond'),
  ]) {
    const faces = await step();
    if (faces.length > 0) return faces.sort((p, q) => boxHeight(q.box) - boxHeight(p.box));
  }
  return [];
}

/** Which step has detected: the first detector's confidence says more than the second's. */
type Step = 'first' | 'second' | 'beyond';

/** Keeps the detections that are faces. */
async function confirmAll(
  models: FaceModels,
  image: RgbImage,
  detections: readonly FaceDetection[],
  step: Step,
): Promise<FoundFace[]> {
  const faces: FoundFace[] = detections.slice(maxConfirmations).filter(({ score }) => score >= sure);
  for (const detection of detections.slice(0, maxConfirmations)) {
    const mesh = await models.mesh.locate(image, detection.box);
    if (await isFace(models, image, detection, mesh.faceLogit, step)) faces.push({ ...detection, mesh });
  }
  return faces;
}

/**
 * A detection is a face if the mesh network sees one. For a face that it does not see (covered, blurred, turned) but does not rule
 * out either, the detector must be certain, or find it again when it looks at this place alone: what only resembles a face in the
 * first look rarely does at another scale. A face that fills the picture must be seen by the mesh: whatever else is found only in the
 * third step has failed the first look. See docs/decisions/0025-confirmed-detections.md.
 */
async function isFace(
  models: FaceModels,
  image: RgbImage,
  { box, score }: FaceDetection,
  meshLogit: number,
  step: Step,
): Promise<boolean> {
  if (meshLogit >= seen || (step === 'first' && score >= sure && meshLogit >= seenIfSure)) return true;
  if (meshLogit < noFace || step === 'beyond') return false;
  if (step === 'first' && score >= certain) return true;
  const again = await models.detector.detect(image, around(box));
  return again.some((other) => other.score >= seenAgain && overlap(other.box, box) > 0.3);
}

/** An area of twice the picture's width and height, with the same centre. */
const beyond = ({ width, height }: RgbImage): Box => ({ x1: -width / 2, y1: -height / 2, x2: width * 1.5, y2: height * 1.5 });

/** An area three times as high as a face, in the detector's format, with the same centre. */
function around(box: Box): Box {
  const { x, y } = boxCentre(box);
  const half = boxHeight(box) * 1.5;
  return { x1: x - (half * 4) / 3, y1: y - half, x2: x + (half * 4) / 3, y2: y + half };
}
