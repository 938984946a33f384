import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Failures allowed within `seconds`; the next attempt is refused, and so are all others for `seconds`. */
export interface AttemptLimit {
  readonly failures: number;
  readonly seconds: number;
}

/** Limits on password guessing. They are kept in memory, so a restart resets them. */
export interface AttemptLimitOptions {
  /** per account and address (default 10 in 900 s) */
  readonly perAccountAndAddress?: AttemptLimit;
  /** per address, over all accounts (default 100 in 900 s) */
  readonly perAddress?: AttemptLimit;
}

/** A started attempt. It counts as a failure until `succeed` or `withdraw` is called. */
export interface Attempt {
  /**
   * The password was right: forget the failures of this account and address, and give the address its point back (failures at
   * other accounts still count).
   */
  succeed(): Promise<void>;
  /** The attempt was not decided: do not count it. */
  withdraw(): Promise<void>;
}

/** An attempt as the limits count it. */
export interface AttemptKey {
  /** username (folded) and address */
  readonly pair: string;
  readonly address: string;
}

/** @param address of the client; IPv6 clients count by their /64 network, which usually belongs to one subscriber */
export function attemptKey(foldedUsername: string, address: string): AttemptKey {
  const network = networkOf(address);
  return { pair: JSON.stringify([network, foldedUsername]), address: network };
}

/**
 * Brute-force limits. An attempt takes a point when it starts and gets it back when it succeeds, so parallel guesses count like
 * sequential ones. Each method takes its point before its first await, so no attempt bypasses the limit.
 */
export class AttemptLimits {
  readonly #pairs: RateLimiterMemory;
  readonly #addresses: RateLimiterMemory;

  constructor({
    perAccountAndAddress = { failures: 10, seconds: 900 },
    perAddress = { failures: 100, seconds: 900 },
  }: AttemptLimitOptions = {}) {
    this.#pairs = limiter(perAccountAndAddress);
    this.#addresses = limiter(perAddress);
  }

  /** Seconds until this account may be tried again from this address; 0: now. Does not count as an attempt. */
  async findBlock({ pair }: AttemptKey): Promise<number> {
    const state = await this.#pairs.get(pair);
    return state && state.consumedPoints > this.#pairs.points ? seconds(state) : 0;
  }

  /**
   * Starts an attempt.
   * @param isKnown the account has recently authenticated from this address, so the address limit, which others behind the same
   *   address may exhaust, does not apply
   * @returns the attempt, or the seconds to wait
   */
  async start(key: AttemptKey, isKnown: boolean): Promise<Attempt | number> {
    // The address comes first: a blocked address must not fill the memory with invented usernames.
    const wait = (!isKnown && (await take(this.#addresses, key.address))) || 0;
    if (wait > 0) return wait;
    const pairWait = await take(this.#pairs, key.pair);
    const giveBack = async () => {
      if (!isKnown) await this.#addresses.reward(key.address);
    };
    if (pairWait > 0) {
      await giveBack();
      return pairWait;
    }
    return {
      succeed: async () => {
        await this.#pairs.delete(key.pair);
        await giveBack();
      },
      withdraw: async () => {
        await this.#pairs.reward(key.pair);
        await giveBack();
      },
    };
  }
}

function limiter({ failures, seconds: duration }: AttemptLimit): RateLimiterMemory {
  return new RateLimiterMemory({ points: failures, duration, blockDuration: duration });
}

/** @returns 0, or the seconds to wait if no point is left */
async function take(limits: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limits.consume(key);
    return 0;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return seconds(refusal);
    throw refusal;
  }
}

function seconds({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
