/**
 * The database's time, estimated between two measurements with this process's monotonic clock: setting the machine's clock does
 * not change it.
 */
export class DatabaseClock {
  #databaseMs = Date.now();
  #measuredAt = performance.now();

  /** @param read asks the database for its time, in epoch milliseconds */
  constructor(private readonly read: () => Promise<number>) {}

  /** Asks the database. Between question and answer its clock is read at an unknown moment: the middle is assumed. */
  async measure(): Promise<void> {
    const asked = performance.now();
    const databaseMs = await this.read();
    this.notice(databaseMs, asked);
  }

  /** As {@link measure}, for an answer that has just arrived. @param asked `performance.now()` of the question */
  notice(databaseMs: number, asked: number): void {
    this.#databaseMs = databaseMs;
    this.#measuredAt = (asked + performance.now()) / 2;
  }

  /** Epoch milliseconds by the database's clock. */
  now(): number {
    return Math.round(this.#databaseMs + performance.now() - this.#measuredAt);
  }
}
