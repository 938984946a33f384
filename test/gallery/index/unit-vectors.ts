/** Uniform numbers below 1, the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The vector at unit length. */
export function toUnitLength(values: Float32Array): Float32Array<ArrayBuffer> {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

/** Consecutive vectors of unit length in random directions (a sum of three uniform numbers is close enough to a normal one). */
export function seededVectors(seed: number, count: number, dimension = 512): Float32Array<ArrayBuffer> {
  const next = seededNumbers(seed);
  const vectors = new Float32Array(count * dimension);
  for (let at = 0; at < vectors.length; at += dimension) {
    let squares = 0;
    for (let i = at; i < at + dimension; i++) {
      const value = next() + next() + next() - 1.5;
      vectors[i] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let i = at; i < at + dimension; i++) vectors[i]! /= length;
  }
  return vectors;
}
