import { type Box, boxHeight } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import type { FaceModels } from '../inference/face-models.js';
import type { FaceDetection } from '../inference/models/face-detection.js';

/** Detections below this confidence count only if the mesh network also sees a face. */
const sureDetection = 0.9;
/** Mesh logit below which there is no face. Masked faces go down to −5, but the detector is confident about these. */
const noFaceLogit = -3.5;
/** Maximum number of uncertain detections to confirm: bounds the number of mesh runs per picture. */
const maxConfirmations = 10;

/**
 * Finds the faces of a picture, largest first. Uses the first detector; if it finds none, the second; if that finds none either,
 * the first one again on an area larger than the picture (for faces that fill it). A later step runs only if no earlier one has
 * found a face. (Running the detector on parts of the picture was tried and found no additional small faces.)
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

/** Keeps the detections that the detector is confident about or that the mesh network confirms. */
async function confirm(models: FaceModels, image: RgbImage, candidates: FaceDetection[]): Promise<FaceDetection[]> {
  const faces = candidates.filter(({ score }) => score >= sureDetection);
  for (const doubtful of candidates.filter(({ score }) => score < sureDetection).slice(0, maxConfirmations)) {
    if ((await models.mesh.locate(image, doubtful.box)).faceLogit >= noFaceLogit) faces.push(doubtful);
  }
  return faces.sort((p, q) => boxHeight(q.box) - boxHeight(p.box));
}

/** An area of twice the picture's width and height, with the same centre. */
const beyond = ({ width, height }: RgbImage): Box => ({ x1: -width / 2, y1: -height / 2, x2: width * 1.5, y2: height * 1.5 });
