import { InvalidTemplateError } from './index-errors.js';

/** How far a template's length may be from 1: what float32 embeddings, and embeddings kept with fewer bits, need. */
const lengthTolerance = 1e-3;
/** More than what float64 can lose in a sum over any template's products (512 terms below 1: some 1e-13). */
const roundingSlack = 1e-9;

/** What the codes of a template say of it: value ≈ code · `scale`. */
export interface CodeQuality {
  readonly scale: number;
  /** Euclidean length of template − scale · codes, rounded up */
  readonly error: number;
}

/** @throws InvalidTemplateError */
export function checkTemplate(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension)
    throw new InvalidTemplateError(`a template has ${dimension} values, this one has ${vector.length}`);
  let squares = 0;
  for (let i = 0; i < dimension; i++) squares += vector[i]! * vector[i]!;
  // Written so that NaN fails.
  if (!(Math.abs(Math.sqrt(squares) - 1) <= lengthTolerance))
    throw new InvalidTemplateError('a template has unit length and finite values');
}

/**
 * Writes a template as int8 in −127..127 (largest absolute value → 127).
 * @param codes at least as long as the vector; values past the vector's length are left alone
 */
export function quantizeTemplate(vector: Float32Array, codes: Int8Array): CodeQuality {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) if (Math.abs(vector[i]!) > largest) largest = Math.abs(vector[i]!);
  // float32, as it is stored: the error below is that of the scale which the search will use.
  const scale = Math.fround(largest / 127);
  // At most 127 · (1 + 2^-23), which rounds to 127. Whether a value rounds the one way or the other does not matter: what it misses is measured.
  const inverse = 1 / scale;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    const code = Math.floor(value * inverse + 0.5);
    codes[i] = code;
    const missed = value - scale * code;
    squares += missed * missed;
  }
  // Up past float32's rounding, to nearest (relative 2^-24), and float64's.
  return { scale, error: Math.sqrt(squares) * (1 + 1e-6) + 1e-12 };
}

/** A probe as int16 with what is needed to bound a score from the dot product of codes. */
export interface QuantizedProbe {
  /** probe value ≈ code · step */
  readonly step: number;
  /** bound = product · scale · step + error · `perError` + `always` */
  readonly perError: number;
  readonly always: number;
}

/**
 * Writes a probe as int16, as fine as int32 sums allow, and says how far a score can be from what the codes give.
 *
 * With template v = s·q + e and probe u = t·p + f (q, p the codes; e, f what they miss):
 * `u·v = s·t·(p·q) + s·(f·q) + u·e`, and by Cauchy and Schwarz `|s·(f·q)| ≤ |f|·|s·q| ≤ |f|·(|v| + |e|)` and `|u·e| ≤ |u|·|e|`.
 * So `u·v ≤ s·t·(p·q) + |e|·(|u| + |f|) + |f|·|v|`, where |e| is kept with each template and |v| ≤ 1 + lengthTolerance was checked
 * when it came. A template whose bound is below the score to beat cannot beat it: leaving it out loses nothing.
 * @param codes at least as long as the probe; values past its length are left alone
 */
export function quantizeProbe(vector: Float32Array, codes: Int16Array): QuantizedProbe {
  // |sum| ≤ dimension · 127 · finest stays below 2^31.
  const finest = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * vector.length)));
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]!));
  const step = largest / finest;
  let squares = 0;
  let missed = 0;
  for (let i = 0; i < vector.length; i++) {
    const code = Math.max(-finest, Math.min(finest, Math.round(vector[i]! / step)));
    codes[i] = code;
    squares += vector[i]! ** 2;
    missed += (vector[i]! - step * code) ** 2;
  }
  const missedLength = Math.sqrt(missed) * (1 + 1e-6) + 1e-12;
  return {
    step,
    perError: Math.sqrt(squares) * (1 + 1e-6) + missedLength,
    always: missedLength * (1 + lengthTolerance) + roundingSlack,
  };
}
