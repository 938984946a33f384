import { hash, verify } from '@node-rs/argon2';
import { WorkQueue } from '../threads/work-queue.js';

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

/** Hashes and verifies passwords, a few at a time, so that a flood of logins cannot take every core and all memory. */
export class PasswordHasher {
  readonly #queue: WorkQueue<number>;

  constructor({ concurrency = 2, queue = 128 }: HasherLimits = {}) {
    this.#queue = new WorkQueue({ limit: queue, slots: Array.from({ length: concurrency }, (_, i) => i) });
  }

  /** @returns a new hash of a normalized password in PHC format @throws BusyError */
  hash(password: string): Promise<string> {
    return this.#queue.run(() => hash(password, PARAMETERS));
  }

  /**
   * Whether the normalized password has this hash; takes the same time either way.
   * @param owner the client's network: each gets the same share of the time
   * @throws BusyError
   */
  verify(passwordHash: string, password: string, owner = ''): Promise<boolean> {
    return this.#queue.run(() => verify(passwordHash, password), { owner });
  }
}
