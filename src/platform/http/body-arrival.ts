import { runNow } from '../../base/run-clock.js';
import { FormError } from '../form-error.js';

/** How slowly a body may arrive. */
export interface ArrivalLimits {
  /** until its first byte, and the time that the least rate is not asked for */
  readonly startSeconds: number;
  /** bytes per second, on average after the start */
  readonly leastRate: number;
  /** for the whole body */
  readonly totalSeconds: number;
}

/** Takes more bytes of a body into memory. @returns an error if there is no room for them */
export type Grow = (bytes: number) => Error | undefined;

/**
 * One body on its way: counts its bytes, and fails when it is too long, too slow, or too much for the memory set aside for bodies.
 * Failing only tells whoever reads the body; the connection stays open for the answer.
 */
export class BodyArrival {
  readonly #beganAt = runNow();
  #bytes = 0;
  #error: Error | undefined;
  #hasEnded = false;
  readonly #listeners: ((error: Error) => void)[] = [];

  constructor(
    private readonly limits: ArrivalLimits,
    /** bytes */
    private readonly longest: number,
    private readonly grow: Grow,
  ) {}

  /** Counts bytes that have arrived. */
  count(bytes: number): void {
    this.#bytes += bytes;
    const isTooLong = this.#bytes > this.longest;
    const error = isTooLong ? new FormError('too-large', 'the request body is too large') : this.grow(bytes);
    if (error) this.#fail(error);
  }

  /** Fails if the body is too slow. Call it about every quarter of a second. */
  checkPace(): void {
    if (this.#hasEnded || this.#error) return;
    const { startSeconds, leastRate, totalSeconds } = this.limits;
    const seconds = (runNow() - this.#beganAt) / 1000;
    const slow = (reason: string) => this.#fail(new FormError('too-slow', reason));
    if (seconds > totalSeconds) slow(`the body did not arrive within ${totalSeconds} seconds`);
    else if (seconds > startSeconds && this.#bytes === 0) slow(`no body arrived within ${startSeconds} seconds`);
    else if (this.#bytes < (seconds - startSeconds) * leastRate)
      slow(`the body arrives at less than ${leastRate} bytes per second`);
  }

  /** The body has arrived, or nobody reads it any more: it cannot fail from now on. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Calls `listener` when the body fails, or at once if it has. */
  onFail(listener: (error: Error) => void): void {
    if (this.#error) listener(this.#error);
    else this.#listeners.push(listener);
  }

  #fail(error: Error): void {
    if (this.#error || this.#hasEnded) return;
    this.#error = error;
    for (const listener of this.#listeners) listener(error);
  }
}
