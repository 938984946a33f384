import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Failures that are let through within `seconds`; the next attempt blocks for `seconds`. */
export interface AttemptLimit {
  readonly failures: number;
  readonly seconds: number;
}

/** How much guessing is allowed. In memory of this process: a restart forgets it. */
export interface AttemptLimitOptions {
  /** at one account from one address (default 10 in 900 s) */
  readonly perAccountAndAddress?: AttemptLimit;
  /** from one address at whatever accounts (default 100 in 900 s) */
  readonly perAddress?: AttemptLimit;
}

/** A started attempt; say how it ended. Without a word it stays counted as a failure. */
export interface Attempt {
  /** The password was right: its failures are forgotten, and the address gets its point back (others' failures stay counted). */
  succeed(): Promise<void>;
  /** It was never decided: not counted. */
  withdraw(): Promise<void>;
}

/** What was asked and by whom, as the limits see it. */
export interface AttemptKey {
  /** folded username and address */
  readonly pair: string;
  readonly address: string;
}

/** @param address of the client; an IPv6 client is its /64 network, which one subscriber has to himself */
export function attemptKey(foldedUsername: string, address: string): AttemptKey {
  const network = networkOf(address);
  return { pair: JSON.stringify([network, foldedUsername]), address: network };
}

/**
 * Brute-force limits. A point is taken when an attempt starts and given back when it succeeds: guesses sent all at once are counted
 * like guesses sent in a row. Each method takes its point before its first await, so that nothing slips in between.
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

  /** Seconds until this account may be tried again from there; 0: now. Counts nothing. */
  async findBlock({ pair }: AttemptKey): Promise<number> {
    const state = await this.#pairs.get(pair);
    return state && state.consumedPoints > this.#pairs.points ? seconds(state) : 0;
  }

  /**
   * Starts an attempt.
   * @param isKnown the account has authenticated from this address lately: the address's limit, which its neighbours use up as well,
   *   does not touch it
   * @returns the attempt, or the seconds to wait
   */
  async start(key: AttemptKey, isKnown: boolean): Promise<Attempt | number> {
    // The address first: a blocked one must not fill the memory with names it makes up.
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

/** @returns 0, or the seconds to wait when there is no point left */
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
