import { seededNumbers } from './unit-vectors.js';

/**
 * The spectrum of the shipped recognition model's templates: variance in each of the leading directions, the mean of every 8 of them in turn;
 * the other 320 directions hold 2e-5 together. Measured on 1466 faces of 237 persons (the labelled pictures of docs/accuracy.md, persons weighted
 * equally), each direction on persons that had no part in choosing it (5 × 10 folds), so that the leading ones are rather
 * underestimated: scores of different persons vary by 0.090 with this spectrum (1/√122), and by 0.097 with the pictures.
 */
const spectrum = [
  0.0147, 0.011, 0.00989, 0.00882, 0.0083, 0.00797, 0.00741, 0.00688, 0.00658, 0.00609, 0.00565, 0.00529, 0.00515, 0.0049,
  0.00465, 0.0045, 0.00386, 0.00263, 0.00072, 8.58e-5, 1.53e-5, 3.74e-6, 1.6e-6, 8.67e-7,
];
const dimension = 512;
const deviations = Float64Array.from({ length: dimension }, (_, i) => Math.sqrt(spectrum[i >> 3] ?? 2e-5 / 320));

/** Random signs, then sums and differences of all values (Walsh–Hadamard): orthogonal, and no direction keeps an axis of its own. */
function turn(values: Float64Array, signs: Int8Array): void {
  for (let i = 0; i < dimension; i++) values[i]! *= signs[i]!;
  for (let half = 1; half < dimension; half *= 2)
    for (let from = 0; from < dimension; from += 2 * half)
      for (let i = from; i < from + half; i++) {
        const [a, b] = [values[i]!, values[i + half]!];
        values[i] = a + b;
        values[i + half] = a - b;
      }
}

/** Consecutive templates of 512 values at unit length with the spectrum of faces. The directions are the same for every seed. */
export function faceLikeVectors(seed: number, count: number): Float32Array<ArrayBuffer> {
  const coin = seededNumbers(4711);
  const signs = [0, 1].map(() => Int8Array.from({ length: dimension }, () => (coin() < 0.5 ? -1 : 1)));
  const next = seededNumbers(seed);
  const vectors = new Float32Array(count * dimension);
  const values = new Float64Array(dimension);
  for (let at = 0; at < vectors.length; at += dimension) {
    for (let i = 0; i < dimension; i++) values[i] = deviations[i]! * 2 * (next() + next() + next() - 1.5);
    for (const one of signs) turn(values, one);
    let squares = 0;
    for (let i = 0; i < dimension; i++) squares += values[i]! ** 2;
    const length = Math.sqrt(squares);
    for (let i = 0; i < dimension; i++) vectors[at + i] = values[i]! / length;
  }
  return vectors;
}

/**
 * Templates of one face: it with a deviation of this length in random directions, at unit length.
 * @param deviation about 0.8 between pictures of one person, about 0.02 between copies of one picture
 */
export function nearCopies(seed: number, count: number, deviation: number): Float32Array<ArrayBuffer> {
  const face = faceLikeVectors(97, 1);
  const vectors = faceLikeVectors(seed, count);
  for (let at = 0; at < vectors.length; at += dimension) {
    let squares = 0;
    for (let i = 0; i < dimension; i++) {
      const value = face[i]! + deviation * vectors[at + i]!;
      vectors[at + i] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let i = 0; i < dimension; i++) vectors[at + i]! /= length;
  }
  return vectors;
}
