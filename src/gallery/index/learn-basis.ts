/** Steps of the iteration. Directions at the edge need not be exact: any basis gives correct bounds. */
const STEPS = 3;
/** How far the rows' products may be from those of orthonormal rows (Frobenius norm). prefix.ts relies on it. */
const TOLERANCE = 1e-4;

/** Least part of all squares that every direction must hold, as a multiple of what one of the vectors has. */
const LEAST_SHARE = 1.5;
/** Greatest part that one direction may hold. */
const GREATEST_SHARE = 0.1;

/** Orthonormal directions, one after the other, each with the part of the vectors' squares that it holds. */
export interface Directions {
  readonly basis: Float32Array;
  readonly shares: readonly number[];
}

/**
 * Learns directions from templates of different persons.
 * @param vectors one after the other
 * @returns undefined if a direction could show the template of one person: each must hold more of the squares than one vector has, and none so
 *   much that most templates must be alike. Few directions or one face are no use for a prefix either
 */
export function learnBasis(vectors: Float32Array, dimension: number, count: number): Float32Array | undefined {
  const found = findDirections(vectors, dimension, count);
  const least = (LEAST_SHARE * dimension) / vectors.length;
  return found?.shares.every((share) => share >= least && share <= GREATEST_SHARE) ? found.basis : undefined;
}

/**
 * Finds orthonormal directions that hold as much of these vectors' squares as possible: the leading eigenvectors of their second
 * moments, by subspace iteration. The same vectors give the same directions.
 * @param count of directions, at most the dimension
 * @returns undefined if rounding spoiled them
 * @internal exported for tests
 */
export function findDirections(vectors: Float32Array, dimension: number, count: number): Directions | undefined {
  const moments = secondMoments(vectors, dimension);
  const random = seededValues();
  let rows: Float64Array[] = Array.from({ length: count }, () => Float64Array.from({ length: dimension }, random));
  for (let step = 0; step < STEPS; step++) {
    orthonormalize(rows, random);
    rows = rows.map((row) => multiply(moments, row));
  }
  // Once more, since rounding leaves rows that are nearly dependent not quite orthogonal the first time.
  for (let pass = 0; pass < 2; pass++) orthonormalize(rows, random);
  let squares = 0;
  for (let i = 0; i < dimension; i++) squares += moments[i * dimension + i]!;
  const shares = rows.map((row) => dot(row, multiply(moments, row)) / squares);
  moments.fill(0);
  const basis = new Float32Array(count * dimension);
  for (const [i, row] of rows.entries()) basis.set(row, i * dimension);
  return distanceFromOrthonormal(basis, dimension) <= TOLERANCE ? { basis, shares } : undefined;
}

function secondMoments(vectors: Float32Array, dimension: number): Float64Array {
  const moments = new Float64Array(dimension * dimension);
  for (let from = 0; from < vectors.length; from += dimension) {
    for (let i = 0; i < dimension; i++) {
      const value = vectors[from + i]!;
      const at = i * dimension;
      for (let j = 0; j <= i; j++) moments[at + j]! += value * vectors[from + j]!;
    }
  }
  for (let i = 0; i < dimension; i++) for (let j = 0; j < i; j++) moments[j * dimension + i] = moments[i * dimension + j]!;
  return moments;
}

function multiply(matrix: Float64Array, row: Float64Array): Float64Array {
  const product = new Float64Array(row.length);
  for (let i = 0; i < row.length; i++) {
    let sum = 0;
    for (let j = 0, at = i * row.length; j < row.length; j++) sum += matrix[at + j]! * row[j]!;
    product[i] = sum;
  }
  return product;
}

/** Gram–Schmidt. A row that depends on those before it, as in data of few directions, is replaced at random. */
function orthonormalize(rows: readonly Float64Array[], random: () => number): void {
  for (const [i, row] of rows.entries()) {
    for (let isIndependent = false; !isIndependent; ) {
      const before = lengthOf(row);
      for (let k = 0; k < i; k++) {
        const part = dot(row, rows[k]!);
        for (let j = 0; j < row.length; j++) row[j]! -= part * rows[k]![j]!;
      }
      const after = lengthOf(row);
      isIndependent = after > before * 1e-7;
      for (let j = 0; j < row.length; j++) row[j] = isIndependent ? row[j]! / after : random();
    }
  }
}

function distanceFromOrthonormal(basis: Float32Array, dimension: number): number {
  const rows = Array.from({ length: basis.length / dimension }, (_, i) => basis.subarray(i * dimension, (i + 1) * dimension));
  let squares = 0;
  for (const [i, row] of rows.entries())
    for (let k = 0; k <= i; k++) squares += (i === k ? 1 : 2) * (dot(row, rows[k]!) - (i === k ? 1 : 0)) ** 2;
  return Math.sqrt(squares);
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const lengthOf = (row: Float64Array): number => Math.sqrt(dot(row, row));

/** Numbers from −0.5 to 0.5, always the same (xorshift32). */
function seededValues(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
}
