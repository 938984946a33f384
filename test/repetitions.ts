/**
 * The number of repetitions (rounds, rows, runs) of a test.
 * @param usual on every run of the tests
 * @param thorough with TRIFACE_TEST_THOROUGH=1, for nightly runs
 */
export const repetitions = (usual: number, thorough: number): number =>
  process.env.TRIFACE_TEST_THOROUGH === '1' ? thorough : usual;
