/** Number of latest values that a mean is taken over, approximately. */
const memory = 16;

/** The mean of the values so far; from the 17th on, each value has a weight of one sixteenth, so that old ones fade. */
export class RunningMean {
  #count = 0;
  #mean = 0;

  /** 0 before the first value */
  get value(): number {
    return this.#mean;
  }

  /** Whether there is no value yet. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(value: number): void {
    this.#count = Math.min(memory, this.#count + 1);
    this.#mean += (value - this.#mean) / this.#count;
  }
}
