/** Of credential versions: seconds from then on fit into the column until 2088. */
const VERSION_EPOCH_MS = Date.UTC(2020, 0, 1);

/**
 * The version that revokes what was issued with the present one. By the time, and not just the next number: a database that went
 * back (a restored backup) would assign the numbers of the lost future again, and make its passwords and tokens valid.
 * @param now epoch milliseconds
 */
export const nextVersion = (present: number, now: number): number =>
  Math.max(present + 1, Math.floor((now - VERSION_EPOCH_MS) / 1000));
