import type { Finding } from '../../analysis/findings.js';
import type { FaceObservation } from '../../analysis/observation.js';
import { toSpringTime } from '../../platform/http/spring-error.js';
import type { Scan, SummarizedScan } from '../../scans/scan.js';
import type { ScanDetail, SummarizedAnalysis } from '../../scans/scan-detail.js';
import type { ScanSummary, SummaryField } from '../../scans/scan-summary.js';
import { toSentCoordinates } from '../../scans/sent-coordinates.js';
import { entityName } from './entity-names.js';
import { clampAngle, rateFace, unknownStates } from './face-rules.js';
import { toLocalDateTime } from './moment.js';
import type { Face, Result, ScanEntity, ScanFields, ScanReceipt } from './wire.js';

/** The `result` of each finding. The vendor has only these five words; the position of the face is reported in the states. */
const results: Readonly<Record<Finding, Result | null>> = {
  // this contract does not accept capture packets
  injection: null,
  'capture-failed': null,
  'image-unreadable': 'Failed to open file',
  'image-too-large': 'Failed to open file',
  'processing-failed': 'Failed to open file',
  'scene-not-visible': 'No face',
  'face-not-found': 'No face',
  'too-many-faces': 'Multiple face',
  'face-cropped': null,
  'face-too-close': null,
  'face-close-to-border': null,
  'face-too-small': null,
  'landmarks-unreliable': null,
  'face-angle': null,
  'face-occluded': null,
  'conditions-not-met': null,
  'quality-low': null,
  'not-judgeable': null,
  attack: null,
};

/** Contract C's view of an analysis: the fields that its clients filter by, sort by and correct. */
export function summarize({ detail, reference, channel, elapsedMs }: SummarizedAnalysis): ScanSummary {
  const face = detail.faceCount === 1 ? detail.faces[0] : undefined;
  const states =
    face && detail.width !== null && detail.height !== null ? rateFace(face, detail.width, detail.height) : unknownStates;
  const score = face?.liveness ?? null;
  const failed = detail.findings.map((finding) => results[finding]).find((result) => result !== null);
  const isJudgeable = !detail.findings.includes('not-judgeable');
  // The vendor's rule is `Real` strictly above the threshold, while the check `attack` accepts the threshold itself.
  const isReal = score !== null && score > detail.policy.liveness && isJudgeable;
  return {
    elapsedTime: round(elapsedMs / 1000, 4),
    channel,
    reference,
    result: failed ?? (isReal ? 'Real' : 'Spoof'),
    livenessScore: score,
    ...states,
    // A client that asks again for a picture of low quality does so here, too.
    ...(isJudgeable ? {} : { quality: 'Low' }),
  };
}

/** The entity without the engine's results, for lists in columns. */
export function renderFields(scan: SummarizedScan): ScanFields {
  const { elapsedTime, channel, ...others } = scan.summary;
  return {
    id: scan.id,
    companyId: scan.companyId,
    created: toLocalDateTime(scan.createdAt),
    createdDate: toSpringTime(scan.createdAt),
    updatedDate: toSpringTime(scan.updatedAt),
    createdById: scan.createdBy,
    updatedById: scan.updatedBy,
    elapsedTime,
    channel,
    salesChannel: channel,
    ...others,
  };
}

/**
 * A stored scan in the vendor's format: the entity, the engine's `face_state`, and the faces. The check and later reads return
 * the same. A correction changes the entity, but not `face_state` and `faces`.
 */
export function renderScan(scan: Scan): ScanEntity {
  const detail = scan.detail as ScanDetail;
  const seen = summarizeStored(scan);
  return {
    ...renderFields({ ...scan, summary: scan.summary ?? seen }),
    face_state: {
      is_not_front: seen.notFront,
      is_occluded: seen.occluded,
      eye_closed: seen.eyeClosed,
      mouth_opened: seen.mouthOpened,
      is_boundary_face: seen.boundaryFace,
      is_small: seen.small,
      quality: seen.quality,
      luminance: seen.luminance,
      result: seen.result,
      liveness_score: seen.livenessScore,
    },
    faces: detail.faces.map((face) => renderFace(face, detail)),
  };
}

/**
 * The answer to a caller who may correct scans but not read them: what this request has set, and who set it when. The rest of the
 * entity is absent.
 */
export function renderCorrected(scan: Scan, set: readonly SummaryField[]): ScanReceipt {
  const fields = renderFields({ ...scan, summary: scan.summary ?? summarizeStored(scan) });
  const { id, companyId, updatedDate, updatedById } = fields;
  const names = new Set<string>(set.flatMap((field) => [field, entityName(field)]));
  return {
    id,
    companyId,
    updatedDate,
    updatedById,
    ...Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name))),
  };
}

const summarizeStored = (scan: Scan): ScanSummary => summarize({ ...scan, detail: scan.detail as ScanDetail });

/** The entity tag of a scan; it changes with each correction. */
export const entityTagOf = (scan: Scan): string => `"${scan.revision}"`;

/** A face of a stored scan. */
export function renderFace(face: FaceObservation, detail: ScanDetail): Face {
  const { pose } = face;
  const { box, landmarks } = toSentCoordinates(face, detail);
  const quality = round(face.quality, 4);
  const luminance = round(face.luminance, 2);
  const eyeDistance = round(face.eyeDistance, 2);
  const left = round(face.leftEyeClosed, 4);
  const right = round(face.rightEyeClosed, 4);
  const occlusion = round(face.occlusion, 4);
  const mouth = round(face.mouthOpened, 4);
  const points = landmarks.map((p) => ({ x: round(p.x, 2), y: round(p.y, 2) }));
  const flat = points.flatMap((p) => [p.x, p.y]);
  return {
    x1: Math.round(box.x1),
    y1: Math.round(box.y1),
    x2: Math.round(box.x2),
    y2: Math.round(box.y2),
    liveness: face.liveness,
    yaw: round(clampAngle(pose.yaw), 2),
    roll: round(clampAngle(pose.roll), 2),
    pitch: round(clampAngle(pose.pitch), 2),
    face_quality: quality,
    faceQuality: quality,
    face_luminance: luminance,
    faceLuminance: luminance,
    eye_dist: eyeDistance,
    eyeDist: eyeDistance,
    eyeDistance,
    left_eye_closed: left,
    leftEyeClosed: left,
    right_eye_closed: right,
    rightEyeClosed: right,
    face_occlusion: occlusion,
    faceOcclusion: occlusion,
    mouth_opened: mouth,
    mouthOpened: mouth,
    landmarks_68: flat,
    landmarks68: flat,
    landmark_68: points,
  };
}

/**
 * As `Number(value.toFixed(digits))`, several times faster: an export rounds every coordinate of every landmark.
 * @internal exported for a test
 */
export function round(value: number, digits: 2 | 4): number {
  const factor = digits === 2 ? 100 : 10_000;
  const scaled = value * factor;
  // Near the middle between two numbers the product may be on the wrong side. Large ones are not exact.
  const isClear = Math.abs(scaled) < 1e9 && Math.abs(scaled - Math.floor(scaled) - 0.5) > 1e-6;
  return isClear ? Math.round(scaled) / factor : Number(value.toFixed(digits));
}
