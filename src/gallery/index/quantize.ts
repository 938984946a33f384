import { InvalidTemplateError } from './index-errors.js';

/** How far a template's length may differ from 1; enough for float32 embeddings and for embeddings stored with fewer bits. */
const lengthTolerance = 1e-3;
/** More than the rounding error of a float64 sum over a template's products (about 1e-13 for 512 terms below 1). */
const roundingSlack = 1e-9;

/** How well the codes approximate a template: value ≈ code · `scale`. */
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
  // Negated, so that NaN fails.
  if (!(Math.abs(Math.sqrt(squares) - 1) <= lengthTolerance))
    throw new InvalidTemplateError('a template has unit length and finite values');
}

/**
 * Writes a template as int8 in −127..127 (largest absolute value → 127).
 * @param codes at least as long as the vector; further values are not changed
 */
export function quantizeTemplate(vector: Float32Array, codes: Int8Array): CodeQuality {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) if (Math.abs(vector[i]!) > largest) largest = Math.abs(vector[i]!);
  // float32, as it is stored: the error below must be that of the scale which the search uses.
  const scale = Math.fround(largest / 127);
  // At most 127 · (1 + 2^-23), which rounds to 127. Whether a value rounds up or down does not matter, since the error is
  // measured.
  const inverse = 1 / scale;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    const code = Math.floor(value * inverse + 0.5);
    codes[i] = code;
    const missed = value - scale * code;
    squares += missed * missed;
  }
  // Rounded up by more than the rounding errors of float32 (to nearest, relative 2^-24) and float64.
  return { scale, error: Math.sqrt(squares) * (1 + 1e-6) + 1e-12 };
}

/** The numbers that bound a score, given the dot product of the probe's int16 codes and a template's codes. */
export interface QuantizedProbe {
  /** probe value ≈ code · step */
  readonly step: number;
  /** bound = product · scale · step + error · `perError` + `always` */
  readonly perError: number;
  readonly always: number;
}

/**
 * Writes a probe as int16, as precisely as int32 sums allow, and computes how far a score can differ from the codes' dot product.
 *
 * With template v = s·q + e and probe u = t·p + f, where q and p are the codes, and e and f their errors:
 * `u·v = s·t·(p·q) + s·(f·q) + u·e`, and by the Cauchy–Schwarz inequality `|s·(f·q)| ≤ |f|·|s·q| ≤ |f|·(|v| + |e|)` and `|u·e| ≤
 * |u|·|e|`. So `u·v ≤ s·t·(p·q) + |e|·(|u| + |f|) + |f|·|v|`, where |e| is stored with each template and |v| ≤ 1 +
 * lengthTolerance was checked when it was added. A template whose bound is below the score to reach cannot reach it, so skipping
 * it is exact.
 * @param codes at least as long as the probe; further values are not changed
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
