import { runTimeout } from '../base/run-clock.js';
import { UnavailableError } from '../base/unavailable-error.js';

/**
 * Stands in front of all statements. While the database is out of order the gate is closed: running and new statements fail at
 * once, so that a request is answered quickly regardless of how many statements it makes.
 */
export class DatabaseGate {
  #failure: UnavailableError | undefined;
  readonly #running = new Set<(error: UnavailableError) => void>();
  #suspect: (hasFailed: boolean) => void = () => {};
  #suspiciousMs = Number.POSITIVE_INFINITY;

  /** Why the gate is closed; `undefined`: it is open. */
  get failure(): UnavailableError | undefined {
    return this.#failure;
  }

  /**
   * @param suspect called when a statement failed or is slow, so that the database is checked at once
   * @param slowMs milliseconds after which a statement counts as slow
   */
  onSuspicion(suspect: (hasFailed: boolean) => void, slowMs: number): void {
    this.#suspect = suspect;
    this.#suspiciousMs = slowMs;
  }

  /** Rejects running and new statements with this error. */
  close(failure: UnavailableError): void {
    this.#failure = failure;
    for (const reject of [...this.#running]) reject(failure);
  }

  open(): void {
    this.#failure = undefined;
  }

  /**
   * Runs a task that uses the database.
   * @param limitMs milliseconds that this process runs until the task is given up
   * @param onAbandoned called when the result is no longer waited for, before the task has settled
   * @throws UnavailableError; the task's own error
   */
  async pass<T>(task: () => Promise<T>, limitMs: number, onAbandoned: (settling: Promise<T>) => void = () => {}): Promise<T> {
    if (this.#failure) throw this.#failure;
    const settling = task();
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        this.#running.delete(abandon);
        slow?.clear();
        limit?.clear();
      };
      const abandon = (error: UnavailableError): void => {
        end();
        onAbandoned(settling);
        settling.catch(() => {});
        reject(error);
      };
      const after = (ms: number, act: () => void) => (Number.isFinite(ms) ? runTimeout(act, ms, false) : undefined);
      const slow = after(this.#suspiciousMs, () => this.#suspect(false));
      const limit = after(limitMs, () =>
        abandon(new UnavailableError('database', `the database did not answer within ${limitMs} ms`)),
      );
      this.#running.add(abandon);
      settling.then(
        (result) => {
          end();
          resolve(result);
        },
        (error: unknown) => {
          end();
          if (error instanceof UnavailableError) this.#suspect(true);
          reject(error);
        },
      );
    });
  }
}
