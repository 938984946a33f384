import { quantizeFinely, roundUp, singleSlack } from './quantize.js';

/** Values of a prefix: what a template has in the directions of the basis. */
export const prefixLength = 128;
/**
 * How far the computed prefix may be from the true one: rounding in float32 (2^-24 for each of up to 133 steps and 128 values: 9e-5)
 * and a basis that is orthonormal within 1e-4 (`learnBasis`).
 */
const computed = 2e-4;
/** Largest length of a prefix as its codes have it: |v| + half a step for each value. */
const longest = 1.1;

/** Whether templates of this many values get a prefix. Shorter ones are searched fast without, and longer ones are not in use. */
export const hasPrefix = (dimension: number): boolean => dimension >= 2 * prefixLength && dimension <= 2048;

/** How well the codes approximate a prefix: value ≈ code · `scale`. */
export interface PrefixQuality {
  readonly scale: number;
  /** length of what the codes miss of the prefix, rounded up */
  readonly error: number;
  /** length of the part of the template that is not in the prefix, rounded up */
  readonly rest: number;
}

/**
 * Writes a prefix as int8.
 * @param squares of the template's length, or of a length that is not less
 * @param missed how far the vector that was projected may be from the template
 */
export function quantizePrefix(prefix: Float32Array, codes: Int8Array, squares: number, missed: number): PrefixQuality {
  let largest = 0;
  let within = 0;
  for (let i = 0; i < prefix.length; i++) {
    largest = Math.max(largest, Math.abs(prefix[i]!));
    within += prefix[i]! * prefix[i]!;
  }
  const scale = Math.fround(largest / 127);
  const inverse = scale > 0 ? 1 / scale : 0;
  let squaresMissed = 0;
  for (let i = 0; i < prefix.length; i++) {
    const code = Math.floor(prefix[i]! * inverse + 0.5);
    codes[i] = code;
    squaresMissed += (prefix[i]! - scale * code) ** 2;
  }
  const inaccuracy = computed + missed;
  return { scale, error: roundUp(squaresMissed) + inaccuracy, rest: restOf(squares, within, inaccuracy) };
}

const restOf = (squares: number, within: number, inaccuracy: number): number =>
  roundUp(Math.max(0, squares - Math.max(0, Math.sqrt(within) - inaccuracy) ** 2));

/** The numbers that bound a score, given the dot product of the codes of both prefixes. */
export interface PrefixProbe {
  readonly step: number;
  /** bound = product · scale · step + error · `perError` + rest · `perRest` + `always` */
  readonly perError: number;
  readonly perRest: number;
  readonly always: number;
}

/**
 * Writes the probe's prefix as int16.
 *
 * Let Q have orthonormal rows. Then `u·v = Qu·Qv + u'·v'`, where u' and v' are what Q leaves of u and v, and `u'·v' ≤ |u'|·|v'|`. The
 * codes s·q of v are within |e| of Qv. The computed prefix a of u is within `computed` of Qu, and its codes are within |f| of a: `Qu·Qv ≤
 * a·Qv + computed·|v|`, `a·Qv ≤ a·s·q + |a|·|e|`, and `a·s·q ≤ s·t·(p·q) + |f|·|s·q|`. This holds for any basis; a good one makes |v'|
 * small.
 * @param squares of the probe's length
 */
export function quantizePrefixProbe(prefix: Float32Array, codes: Int16Array, squares: number): PrefixProbe {
  let within = 0;
  for (let i = 0; i < prefix.length; i++) within += prefix[i]! * prefix[i]!;
  const { step, missed } = quantizeFinely(prefix, codes, 32767);
  return {
    step,
    perError: roundUp(within),
    perRest: restOf(squares, within, computed),
    always: missed * longest + computed * 1.01 + singleSlack,
  };
}
