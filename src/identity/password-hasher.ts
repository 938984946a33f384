import { hash, verify } from '@node-rs/argon2';

/** argon2id as OWASP's password storage cheat sheet has it: 19 MiB, two passes, one lane. (The library's default algorithm is argon2id.) */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** How much may be hashed at once. */
export interface HasherLimits {
  /** running at once: each takes 19 MiB and a core for some 30 ms, off the event loop (default 2) */
  readonly concurrency?: number;
  /** waiting for one of those (default 128) */
  readonly queue?: number;
}

/** More is to be hashed than may wait. Try again in a second. */
export class HasherBusyError extends Error {
  override name = 'HasherBusyError';
}

/** Hashes and verifies passwords, few at a time: a flood of logins must not take every core and all memory. */
export class PasswordHasher {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ concurrency = 2, queue = 128 }: HasherLimits = {}) {
    this.#concurrency = concurrency;
    this.#queue = queue;
  }

  /** @returns a new hash of a normalised password, PHC format. @throws HasherBusyError */
  hash(password: string): Promise<string> {
    return this.#run(() => hash(password, PARAMETERS));
  }

  /** Whether the normalised password has this hash; takes the same time either way. @throws HasherBusyError */
  verify(passwordHash: string, password: string): Promise<boolean> {
    return this.#run(() => verify(passwordHash, password));
  }

  async #run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#concurrency) this.#running++;
    else if (this.#waiting.length < this.#queue) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw new HasherBusyError('too many passwords are being verified');
    try {
      return await task();
    } finally {
      // the place goes to the next in line; only without one is it free
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
