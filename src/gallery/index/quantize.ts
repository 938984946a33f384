import { InvalidTemplateError } from './index-errors.js';

/** How far a template's length may differ from 1; enough for float32 embeddings and for embeddings stored with fewer bits. */
const lengthTolerance = 1e-3;
/** More than the rounding errors of float32, in which the kernel adds up a bound of numbers below 1.1. */
export const singleSlack = 4e-6;
/** More than the rounding errors of float64 sums over a template's products (about 1e-13), and of `self` in float32 (2e-11). */
const doubleSlack = 1e-10;

/** How well the codes approximate a template. */
export interface CodeQuality {
  /** value ≈ coarse code · `scale`, and more closely (256 · coarse code + fine code) · `scale` / 256 */
  readonly scale: number;
  /** Euclidean length of what the coarse codes miss, rounded up */
  readonly error: number;
  /** the same of both codes */
  readonly fineError: number;
  /** product of the template with what both codes miss */
  readonly self: number;
}

/** @returns the square of its length @throws InvalidTemplateError */
export function checkTemplate(vector: Float32Array, dimension: number): number {
  if (vector.length !== dimension)
    throw new InvalidTemplateError(`a template has ${dimension} values, this one has ${vector.length}`);
  let squares = 0;
  for (let i = 0; i < dimension; i++) squares += vector[i]! * vector[i]!;
  // Negated, so that NaN fails.
  if (!(Math.abs(Math.sqrt(squares) - 1) <= lengthTolerance))
    throw new InvalidTemplateError('a template has unit length and finite values');
  return squares;
}

/** A length, rounded up by more than the rounding errors of float32 (to nearest, relative 2^-24) and float64. */
export const roundUp = (squares: number): number => Math.sqrt(squares) * (1 + 1e-6) + 1e-12;

/**
 * Writes a template as int8 in −127..127 (largest absolute value → 127), and what that misses as int8 with 256 times finer steps.
 * @param coarse at least as long as the vector; further values are not changed, nor are those of `fine`
 */
export function quantizeTemplate(vector: Float32Array, coarse: Int8Array, fine: Int8Array): CodeQuality {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) if (Math.abs(vector[i]!) > largest) largest = Math.abs(vector[i]!);
  // float32, as it is stored: the errors below must be those of the scale which the search uses.
  const scale = Math.fround(largest / 127);
  // At most 127 · (1 + 2^-23), which rounds to 127. Whether a value rounds up or down does not matter, since the errors are measured.
  const inverse = 1 / scale;
  const fineScale = scale / 256;
  let squares = 0;
  let fineSquares = 0;
  let self = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i]!;
    const code = Math.floor(value * inverse + 0.5);
    coarse[i] = code;
    const missed = value - scale * code;
    squares += missed * missed;
    const fineCode = Math.min(127, Math.floor(missed * inverse * 256 + 0.5));
    fine[i] = fineCode;
    const stillMissed = missed - fineScale * fineCode;
    fineSquares += stillMissed * stillMissed;
    self += value * stillMissed;
  }
  return { scale, error: roundUp(squares), fineError: roundUp(fineSquares), self };
}

/** Writes numbers as int16 in −`finest`..`finest`. @returns value of one step, and the length of what the codes miss, rounded up */
export function quantizeFinely(values: Float32Array, codes: Int16Array, finest: number): { step: number; missed: number } {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  const step = largest / finest || 1;
  let missed = 0;
  for (let i = 0; i < values.length; i++) {
    const code = Math.max(-finest, Math.min(finest, Math.round(values[i]! / step)));
    codes[i] = code;
    missed += (values[i]! - step * code) ** 2;
  }
  return { step, missed: roundUp(missed) };
}

/** The numbers that bound a score, given the dot product of the probe's int16 codes and a template's coarse codes. */
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
 * @param squares of the probe's length
 */
export function quantizeProbe(vector: Float32Array, codes: Int16Array, squares: number): QuantizedProbe {
  // |sum| ≤ dimension · 127 · finest stays below 2^31.
  const finest = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * vector.length)));
  const { step, missed } = quantizeFinely(vector, codes, finest);
  return { step, perError: roundUp(squares) + missed, always: missed * (1 + lengthTolerance) + singleSlack };
}

/**
 * Where a score lies, given both codes. With v = w + e, where w are the codes' values: `u·v = u·w + v·e + (u − v)·e`, and
 * `|(u − v)·e| ≤ |u − v|·|e| ≤ (|u − w| + |e|)·|e|`. The nearer the probe is to the template, the narrower the interval.
 * @param product u·w
 * @param distanceSquares of u − w
 */
export function boundFinely(
  product: number,
  distanceSquares: number,
  fineError: number,
  self: number,
): { low: number; high: number } {
  const middle = product + self;
  const half = (Math.sqrt(Math.max(0, distanceSquares) + 1e-12) + fineError) * fineError + doubleSlack;
  return { low: middle - half, high: middle + half };
}
