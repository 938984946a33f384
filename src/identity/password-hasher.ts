import { hash, verify } from '@node-rs/argon2';

/**
 * argon2id with the parameters of OWASP's password storage cheat sheet: 19 MiB, two passes, one lane. (argon2id is the library's
 * default algorithm.)
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Concurrency limits. */
export interface HasherLimits {
  /** running at once; each uses 19 MiB and one core for about 30 ms, off the event loop (default 2) */
  readonly concurrency?: number;
  /** waiting to run (default 128) */
  readonly queue?: number;
}

/** The queue is full. Try again in a second. */
export class HasherBusyError extends Error {
  override name = 'HasherBusyError';
}

/** Hashes and verifies passwords, a few at a time, so that a flood of logins cannot take every core and all memory. */
export class PasswordHasher {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ concurrency = 2, queue = 128 }: HasherLimits = {}) {
    this.#concurrency = concurrency;
    this.#queue = queue;
  }

  /** @returns a new hash of a normalized password in PHC format @throws HasherBusyError */
  hash(password: string): Promise<string> {
    return this.#run(() => hash(password, PARAMETERS));
  }

  /** Whether the normalized password has this hash; takes the same time either way. @throws HasherBusyError */
  verify(passwordHash: string, password: string): Promise<boolean> {
    return this.#run(() => verify(passwordHash, password));
  }

  async #run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#concurrency) this.#running++;
    else if (this.#waiting.length < this.#queue) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw new HasherBusyError('too many passwords are being verified: try again later');
    try {
      return await task();
    } finally {
      // The slot passes to the next in line; it is free only if nobody waits.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
