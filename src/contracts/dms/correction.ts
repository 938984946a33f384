import type { ScanSummary } from '../../scans/scan-summary.js';
import { SpringError } from './errors.js';

type Kind = 'Boolean' | 'Double' | 'String';
type Correctable = { field: keyof ScanSummary; kind: Kind; isRequired?: boolean };

/** The entity's fields that a client may correct. All others belong to the server or to the engine and are ignored. */
const correctable: Readonly<Record<string, Correctable>> = {
  elapsedTime: { field: 'elapsedTime', kind: 'Double', isRequired: true },
  salesChannel: { field: 'channel', kind: 'String' },
  reference: { field: 'reference', kind: 'String' },
  eyeClosed: { field: 'eyeClosed', kind: 'Boolean' },
  livenessScore: { field: 'livenessScore', kind: 'Double' },
  luminance: { field: 'luminance', kind: 'String' },
  mouthOpened: { field: 'mouthOpened', kind: 'Boolean' },
  quality: { field: 'quality', kind: 'String' },
  result: { field: 'result', kind: 'String', isRequired: true },
  boundaryFace: { field: 'boundaryFace', kind: 'Boolean' },
  notFront: { field: 'notFront', kind: 'Boolean' },
  occluded: { field: 'occluded', kind: 'Boolean' },
  small: { field: 'small', kind: 'Boolean' },
};

const maxTextLength = 256;

/** The changes in the body of PUT. @throws SpringError 400, naming the field of the wrong type */
export function readCorrection(body: unknown): Partial<ScanSummary> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new SpringError(400, 'Required request body is missing: send the entity as a JSON object');
  const changes: Record<string, unknown> = {};
  for (const [name, { field, kind, isRequired }] of Object.entries(correctable)) {
    if (!Object.hasOwn(body, name)) continue;
    const value = (body as Record<string, unknown>)[name];
    if (value === null) {
      if (isRequired) throw new SpringError(400, `${name} must not be null`);
    } else if (!isOf(kind, value)) {
      throw new SpringError(
        400,
        `JSON parse error: Cannot deserialize value of type \`java.lang.${kind}\` from ${describe(value)} (through reference chain: FaceLiveness["${name}"])`,
      );
    } else if (typeof value === 'string' && value.length > maxTextLength) {
      throw new SpringError(400, `${name} must be at most ${maxTextLength} characters`);
    }
    changes[field] = value;
  }
  return changes as Partial<ScanSummary>;
}

function isOf(kind: Kind, value: unknown): boolean {
  if (kind === 'Boolean') return typeof value === 'boolean';
  if (kind === 'String') return typeof value === 'string';
  return typeof value === 'number' && Number.isFinite(value);
}

/** The kind of value received, in Jackson's words. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'Array value';
  if (typeof value === 'object') return 'Object value';
  if (typeof value === 'boolean') return 'Boolean value';
  return typeof value === 'string' ? 'String value' : 'Floating-point value';
}
