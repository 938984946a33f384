/**
 * Exact two-sided sign test, which for paired yes-no results is McNemar's exact test: the probability of a split at least as
 * uneven if each of the differing pairs fell to either side with the same probability.
 * @param a number of pairs that differ in one direction
 * @param b number of pairs that differ in the other
 * @returns 0..1; 1 if no pair differs
 */
export function signTest(a: number, b: number): number {
  const n = a + b;
  // Logarithms: 0.5 to the power of 2,000 is 0 in doubles.
  let logTerm = n * Math.log(0.5);
  let tail = 0;
  for (let k = 0; k <= Math.min(a, b); k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
