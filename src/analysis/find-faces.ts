import { type Box, boxHeight } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import type { FaceModels } from '../inference/face-models.js';
import type { FaceDetection } from '../inference/models/face-detection.js';

/** Below this a detection is only believed when the mesh network sees a face there, too. */
const sureDetection = 0.9;
/** Mesh logit below which there is no face; masked faces go down to −5, but then the detector is sure. */
const noFaceLogit = -3.5;
/** Doubtful detections that are looked into; a wall of half-faces must not cost a mesh run each. */
const maxConfirmations = 10;

/**
 * The faces of a picture, largest first: the largest is the subject. The first detector's; where it finds none, the second's; where that
 * finds none, the first one's again, shown more than the picture (faces that fill it). Each step costs nothing where one before it has
 * found a face. (Showing it the picture's parts found no tiny face that the whole had not.)
 */
export async function findFaces(models: FaceModels, image: RgbImage): Promise<FaceDetection[]> {
  for (const step of [
    () => models.detector.detect(image),
    () => models.secondDetector.detect(image),
    () => models.detector.detect(image, beyond(image)),
  ]) {
    const faces = await confirm(models, image, await step());
    if (faces.length > 0) return faces;
  }
  return [];
}

/** Keeps what the detector is sure of, and what the mesh network takes for a face. */
async function confirm(models: FaceModels, image: RgbImage, candidates: FaceDetection[]): Promise<FaceDetection[]> {
  const faces = candidates.filter(({ score }) => score >= sureDetection);
  for (const doubtful of candidates.filter(({ score }) => score < sureDetection).slice(0, maxConfirmations)) {
    if ((await models.mesh.locate(image, doubtful.box)).faceLogit >= noFaceLogit) faces.push(doubtful);
  }
  return faces.sort((p, q) => boxHeight(q.box) - boxHeight(p.box));
}

/** Twice the picture, about its centre. */
const beyond = ({ width, height }: RgbImage): Box => ({ x1: -width / 2, y1: -height / 2, x2: width * 1.5, y2: height * 1.5 });
