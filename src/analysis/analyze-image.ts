import { type DecodeLimits, decodeImage, makeGreyPicture, scaleOf } from '../imaging/decode.js';
import { openingOfEye, openingOfMouth, shutEye } from '../imaging/face-shape.js';
import { boxHeight, centroid, type Point, scaleBox, visibleFraction } from '../imaging/geometry.js';
import type { RgbImage } from '../imaging/image.js';
import { forgetPictures } from '../imaging/kernels/pixel-memory.js';
import { measureScene } from '../imaging/scene-pixels.js';
import type { FaceModels } from '../inference/face-models.js';
import { type FaceMesh, meshTo68, meshToFive } from '../inference/models/face-mesh.js';
import type { HeadPose } from '../inference/models/head-pose.js';
import { observeApproach } from './closer/observe-approach.js';
import { type FoundFace, findFaces } from './find-faces.js';
import { makeImprint } from './imprint.js';
import { rateJudgeability } from './judgeability.js';
import { eyeSpan } from './landmark-disagreement.js';
import type { LivenessFusion } from './liveness-fusion.js';
import { type AngleLimits, isPoseSettled, poseOfMesh } from './mesh-pose.js';
import type { MotionFusion } from './motion-fusion.js';
import type { FaceObservation, ImageObservation, OcclusionSignals, Subject } from './observation.js';
import { observeSequence, type SequenceOf } from './observe-sequence.js';
import { rateOcclusion } from './occlusion.js';
import { prominence } from './prominence.js';
import { rateQuality } from './quality.js';
import { scoreLiveness } from './score-liveness.js';
import { isPortraitUpright, turnPortrait } from './turn-portrait.js';
import { seemsTurned, turnUpright } from './turn-upright.js';

/** What to analyse. */
export interface AnalysisRequest {
  readonly limits: DecodeLimits;
  /** maximum number of faces to analyse in full, the most important first; the others are only outlined */
  readonly maxFaces: number;
  /** learned coefficients of the liveness score */
  readonly fusion: LivenessFusion;
  /** learned coefficients of the motion of a sequence */
  readonly motionFusion: MotionFusion;
  /** the frames before the picture: analysed if a face is found in the picture (default none) */
  readonly sequence?: SequenceOf;
  /** whether to compute the embedding for recognition (18 ms per face; default false) */
  readonly embedding?: boolean;
  /** which face is the subject and comes first (default: the largest) */
  readonly subject?: Subject;
  /** whether a verdict depends on the liveness score; if not, it is a rough one (default true) */
  readonly livenessDecides?: boolean;
  /** angles at which the answer changes, besides the presets' limits: near them, the pose network is asked (default none) */
  readonly angleLimits?: AngleLimits;
  /** whether to reduce the whole picture for a comparison of pictures (default false) */
  readonly imprint?: boolean;
}

/**
 * Analyses a picture: decodes it once, detects faces (with the second detector if the first finds none), and measures landmarks,
 * mesh, pose, eyes, pixels and liveness of each requested face. Every step blocks, so this runs in a worker.
 * @throws DecodeError
 */
export async function analyzeImage(models: FaceModels, bytes: Uint8Array, request: AnalysisRequest): Promise<ImageObservation> {
  forgetPictures();
  const start = performance.now();
  const decoded = await decodeImage(bytes, request.limits);
  const decodedAt = performance.now();
  const scale = scaleOf(decoded);
  const seen = await lookAt(models, decoded, scale, request);
  const turned = await turn(models, decoded, seen.faces[0], request);
  const image = turned?.image ?? decoded;
  const { detections, faces, detectMs } = turned ? await lookAt(models, image, scale, request) : seen;
  const analysedAt = performance.now();
  const sequence =
    request.sequence && faces[0]
      ? await observeSequence(models, { image, turned: turned?.turn ?? 0, face: faces[0], scale }, request.sequence, request)
      : undefined;
  const approach = request.sequence?.approach;
  const perspective =
    approach && faces[0]
      ? await observeApproach(
          models,
          { image, turned: turned?.turn ?? 0, box: scaleBox(faces[0].box, 1 / scale) },
          approach,
          request.limits,
        )
      : undefined;
  const imprint = request.imprint ? makeImprint(image, scale) : undefined;
  const scene = detections.length === 0 ? measureScene(image) : undefined;
  const onItsSide = turned?.turn === 90 || turned?.turn === 270;
  return {
    width: onItsSide ? decoded.originalHeight : decoded.originalWidth,
    height: onItsSide ? decoded.originalWidth : decoded.originalHeight,
    format: decoded.format,
    turned: turned?.turn ?? 0,
    subject: request.subject ?? 'largest',
    outlines: detections.map(({ box, score }) => ({ box: scaleBox(box, scale), detectionScore: score })),
    faces,
    ...(sequence ? { sequence } : {}),
    ...(perspective ? { perspective } : {}),
    ...(imprint ? { imprint } : {}),
    ...(scene ? { scene: { luminance: scene.luminance, detail: scene.sharpness } } : {}),
    times: { decode: decodedAt - start, detect: detectMs, faces: analysedAt - decodedAt - detectMs },
  };
}

/** Turns a picture whose subject does not look upright. @returns undefined if it stays as it is */
async function turn(models: FaceModels, image: RgbImage, seen: FaceObservation | undefined, { subject }: AnalysisRequest) {
  if (subject !== 'portrait') return seemsTurned(seen) ? turnUpright(models, image) : undefined;
  return seen && isPortraitUpright(seen.occlusionSignals) ? undefined : turnPortrait(models, image);
}

/** Finds the faces and analyses those requested. @param scale pixels of the picture as sent per pixel as decoded */
async function lookAt(models: FaceModels, image: RgbImage, scale: number, request: AnalysisRequest) {
  const start = performance.now();
  const found = await findFaces(models, image);
  const detections =
    request.subject === 'prominent' ? found.sort((p, q) => prominence(q.box, image) - prominence(p.box, image)) : found;
  const detectMs = performance.now() - start;
  const faces: FaceObservation[] = [];
  for (const detection of detections.slice(0, request.maxFaces))
    faces.push(await observeFace(models, image, detection, scale, request));
  return { detections, faces, detectMs };
}

/** Runs every network once on a grey picture, so that the first request does not bear the cost of lazy initialisation. */
export async function warmUp(models: FaceModels, limits: DecodeLimits, fusion: LivenessFusion): Promise<void> {
  const image = await decodeImage(await makeGreyPicture(480), limits);
  await models.detector.detect(image);
  await models.secondDetector.detect(image);
  await observeFace(models, image, { box: { x1: 180, y1: 150, x2: 300, y2: 320 }, score: 1 }, 1, { fusion, embedding: true });
}

async function observeFace(
  models: FaceModels,
  image: RgbImage,
  { box, score, mesh: found }: FoundFace,
  scale: number,
  {
    fusion,
    embedding = false,
    angleLimits,
    livenessDecides = true,
  }: Pick<AnalysisRequest, 'fusion' | 'embedding' | 'angleLimits' | 'livenessDecides'>,
): Promise<FaceObservation> {
  const points = await models.landmarks.locate(image, box);
  const mesh = found ?? (await models.mesh.locate(image, box));
  const { pixels, landmarkDisagreement, ...scored } = await scoreLiveness(
    models,
    image,
    { box, mesh, points },
    fusion,
    livenessDecides,
  );
  const chosen = chooseLandmarks(points, mesh);
  const pose = await estimatePose(models, image, { box, mesh, landmarkDisagreement, roll: rollOfEyes(chosen) }, angleLimits);
  const rightEye = await lookAtEye(models, image, chosen.slice(36, 42));
  const leftEye = await lookAtEye(models, image, chosen.slice(42, 48));
  const eyeDistance = eyeSpan(chosen);
  const occlusionSignals: OcclusionSignals = {
    mouthColour: pixels.mouthColour,
    eyeDarkness: pixels.eyeDarkness,
    eyeAsymmetry: pixels.eyeAsymmetry,
    eyeColour: pixels.eyeColour,
    lensColour: pixels.lensColour,
    clothColour: pixels.clothColour,
    eyesUnseen: Math.min(rightEye.unseen, leftEye.unseen),
    landmarkDisagreement,
    meshLogit: mesh.faceLogit,
  };
  const measured = {
    box: scaleBox(box, scale),
    detectionScore: score,
    landmarks: chosen.map((p) => ({ x: p.x * scale, y: p.y * scale })),
    eyeDistance: eyeDistance * scale,
    pose,
    leftEyeClosed: leftEye.closed,
    rightEyeClosed: rightEye.closed,
    mouthOpened: openingOfMouth(chosen),
    luminance: pixels.luminance,
    burntOut: pixels.burntOut,
    contrast: pixels.contrast,
    sharpness: pixels.sharpness,
    visibleFraction: Math.min(visibleFraction(box, image.width, image.height), visiblePart(mesh.points, image)),
    occlusion: rateOcclusion(occlusionSignals, pixels.sharpness),
    occlusionSignals,
    ...scored,
  };
  const observation = {
    ...measured,
    quality: rateQuality(measured),
    judgeability: rateJudgeability({ height: boxHeight(box), ...measured }),
  };
  if (!embedding) return observation;
  const { vector, norm } = await models.embedding.embed(image, meshToFive(mesh));
  return { ...observation, embedding: vector, embeddingNorm: norm };
}

/**
 * The pose by the mesh where that settles every check; else by the pose network, whose roll counts only where the mesh sees no face.
 * @param face.roll by the line between the eyes
 */
async function estimatePose(
  models: FaceModels,
  image: RgbImage,
  {
    box,
    mesh,
    landmarkDisagreement,
    roll,
  }: Pick<FoundFace, 'box'> & {
    readonly mesh: FaceMesh;
    readonly landmarkDisagreement: number;
    readonly roll: number;
  },
  limits: AngleLimits | undefined,
): Promise<HeadPose> {
  const pose = poseOfMesh(mesh, roll);
  if (isPoseSettled(mesh, pose, landmarkDisagreement, limits)) return pose;
  const estimated = await models.pose.estimate(image, box);
  return mesh.faceLogit > 0 ? { ...estimated, roll } : estimated;
}

/** Fraction of points within the picture. The mesh extends a face that the border cuts off; the detector's box does not. */
const visiblePart = (points: readonly Point[], { width, height }: RgbImage): number =>
  points.filter(({ x, y }) => x >= 0 && y >= 0 && x <= width && y <= height).length / points.length;

/** Roll by the line between the eyes, in degrees, clockwise. The pose network reports less than the face has from about 30 degrees on. */
function rollOfEyes(points: readonly Point[]): number {
  const [right, left] = [centroid(points.slice(36, 42)), centroid(points.slice(42, 48))];
  return (Math.atan2(left.y - right.y, left.x - right.x) * 180) / Math.PI;
}

/**
 * The mesh is more reliable if the head is turned or the face is small in its box. If the mesh network itself sees no face, the
 * 68-point model is used.
 */
const chooseLandmarks = (points: Point[], mesh: FaceMesh): Point[] => (mesh.faceLogit > 0 ? meshTo68(mesh) : points);

/**
 * Measures one eye. The network errs with glasses and in dim light, so a probability above one half counts only if the outline of
 * the lids agrees.
 * @returns closed: probability that the eye is closed, 0..1; unseen: the network's unchecked probability
 */
async function lookAtEye(models: FaceModels, image: RgbImage, eye: readonly Point[]) {
  const unseen = await models.eyes.closed(image, eye[0]!, eye[3]!);
  return { closed: openingOfEye(eye) < shutEye ? unseen : Math.min(unseen, 0.5), unseen };
}
