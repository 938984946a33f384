import type { DataKey } from '../vault/data-keys.js';
import { SealError, seal, unseal } from '../vault/seal.js';

const belongsTo = (enrolment: string, person: string): string => `template ${enrolment} of ${person}`;

/**
 * Seals a template with the person's key.
 * @param vector a unit vector
 * @param enrolment uuid
 * @param person uuid
 */
export function sealTemplate(key: DataKey, vector: Float32Array, enrolment: string, person: string): Buffer {
  // little-endian, like every platform that onnxruntime supports
  return seal(key, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength), belongsTo(enrolment, person));
}

/** Opens the output of {@link sealTemplate}. @returns the only copy, so that the caller can overwrite it @throws SealError */
export function openTemplate(key: DataKey, sealed: Uint8Array, enrolment: string, person: string): Float32Array {
  const bytes = unseal(key, sealed, belongsTo(enrolment, person));
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw new SealError(`${belongsTo(enrolment, person)} has an invalid length`);
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const vector = new Float32Array(Uint8Array.from(bytes).buffer);
  bytes.fill(0);
  return vector;
}

/** Cosine of two templates of one model, -1..1; higher means more alike. */
export function compareTemplates(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return Math.min(1, Math.max(-1, sum));
}
