/** A counting semaphore. Waiters are served in order; an aborted waiter leaves the queue. */
export class Slots {
  #free: number;
  readonly #waiting: Array<() => void> = [];

  /** @param count number of slots that can be held at once, at least 1 */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a slot.
   * @returns a function that releases the slot; further calls do nothing
   * @throws the signal's reason, if the signal is aborted first
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
