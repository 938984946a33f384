import { FairShares } from '../../base/fair-shares.js';

/** Somebody who waits for a slot. */
interface Waiter {
  readonly owner: string;
  enter(release: () => void): void;
}

/**
 * A counting semaphore that is shared fairly: an owner that holds its share ({@link FairShares}) waits until it has released a slot,
 * while others still get one. Waiters are served in order; an aborted waiter leaves the queue.
 */
export class Slots {
  readonly #shares: FairShares;
  readonly #waiting: Waiter[] = [];

  /** @param count number of slots that can be held at once, at least 1 */
  constructor(count: number) {
    this.#shares = new FairShares(count);
  }

  /**
   * Waits for a slot.
   * @returns a function that releases the slot; further calls do nothing
   * @throws the signal's reason, if the signal is aborted first
   */
  async take(signal: AbortSignal, owner: string): Promise<() => void> {
    signal.throwIfAborted();
    return this.#tryTake(owner) ?? this.#wait(signal, owner);
  }

  #tryTake(owner: string): (() => void) | undefined {
    const share = this.#shares.take(owner, 1);
    if (!share) return undefined;
    return () => {
      share.release();
      this.#admit();
    };
  }

  /** Lets in who waits and has a share, first come, first served. */
  #admit(): void {
    for (const waiter of [...this.#waiting]) {
      const release = this.#tryTake(waiter.owner);
      if (!release) continue;
      this.#leave(waiter);
      waiter.enter(release);
    }
  }

  #leave(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #wait(signal: AbortSignal, owner: string): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#leave(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        owner,
        enter: (release) => {
          signal.removeEventListener('abort', onAbort);
          resolve(release);
        },
      };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
