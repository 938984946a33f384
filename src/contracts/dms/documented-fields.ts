import type { Scan } from '../../scans/scan.js';
import { serverFields } from './entity-names.js';
import { renderScan } from './render.js';
import type { Face, ScanEntity } from './wire.js';

/** Which fields answers contain: `documented`, those of the vendor's page; `all`, also those of its engine and Triface's own. */
export type AnswerFields = 'documented' | 'all';

/** The fields of a stored scan on the vendor's page. */
const documentedFields = [
  ...serverFields,
  'elapsedTime',
  'salesChannel',
  'eyeClosed',
  'livenessScore',
  'luminance',
  'mouthOpened',
  'quality',
  'result',
  'boundaryFace',
  'notFront',
  'occluded',
  'small',
] as const satisfies readonly (keyof ScanEntity)[];

/** The fields of a face on the vendor's page. */
const documentedFaceFields = [
  'x1',
  'y1',
  'x2',
  'y2',
  'liveness',
  'yaw',
  'roll',
  'pitch',
  'face_quality',
  'face_luminance',
  'eye_dist',
  'left_eye_closed',
  'right_eye_closed',
  'face_occlusion',
  'mouth_opened',
  'landmarks_68',
] as const satisfies readonly (keyof Face)[];

/** Renders scans with all fields, or with those of the vendor's page. */
export interface ScanRenderer {
  readonly fields: AnswerFields;
  /** the answer of a check, which contains the faces */
  checked(scan: Scan): object;
  /** a stored scan */
  stored(scan: Scan): object;
  /** leaves out what is not documented of an entity, or of a part of it */
  limit(entity: object): object;
}

/** Creates the renderer. */
export function createRenderer(fields: AnswerFields): ScanRenderer {
  if (fields === 'all') return { fields, checked: renderScan, stored: renderScan, limit: (entity) => entity };
  const limit = (entity: object) => pick(entity, documentedFields);
  return {
    fields,
    checked(scan) {
      const entity = renderScan(scan);
      return { ...limit(entity), faces: entity.faces.map((face) => pick(face, documentedFaceFields)) };
    },
    stored: (scan) => limit(renderScan(scan)),
    limit,
  };
}

const pick = (source: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(source).filter(([name]) => names.includes(name)));
