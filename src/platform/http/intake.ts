import type { FastifyInstance } from 'fastify';
import { BusyError } from '../../base/busy-error.js';
import { RunningMean } from '../../base/running-mean.js';

/** A body in memory. */
interface HeldBody {
  readonly bytes: number;
  /** milliseconds, as `performance.now` */
  readonly since: number;
}

/** Limits the request bodies that are in memory at the same time. A single body is always accepted, regardless of its size. */
export class Intake {
  readonly #limit: number;
  /** oldest first */
  readonly #held = new Set<HeldBody>();
  #bytes = 0;
  readonly #holdMs = new RunningMean();

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Reserves bytes. @returns a function that releases them, or undefined if there is no room now */
  take(bytes: number): (() => void) | undefined {
    if (!this.#hasRoom(this.#bytes, bytes)) return undefined;
    const body: HeldBody = { bytes, since: performance.now() };
    this.#held.add(body);
    this.#bytes += bytes;
    return () => {
      if (!this.#held.delete(body)) return;
      this.#bytes -= bytes;
      this.#holdMs.add(performance.now() - body.since);
    };
  }

  /**
   * Seconds, at least 1, until there is room for `bytes`, if each body is held for the mean time: the oldest ones are released
   * first. Until one has been released, the time that the body has been held already stands for the mean.
   */
  retryAfterSeconds(bytes: number): number {
    const now = performance.now();
    let held = this.#bytes;
    for (const body of this.#held) {
      held -= body.bytes;
      if (!this.#hasRoom(held, bytes)) continue;
      const heldMs = now - body.since;
      const remainingMs = this.#holdMs.isEmpty ? heldMs : this.#holdMs.value - heldMs;
      return Math.max(1, Math.ceil(remainingMs / 1000));
    }
    return 1;
  }

  #hasRoom(held: number, bytes: number): boolean {
    return held <= 0 || held + bytes <= this.#limit;
  }
}

/**
 * Refuses bodies before they are read when the limit is reached. Each body is in memory until its request is answered, and the
 * queue of the engine limits work, not memory. Authentication comes first (in `onRequest`). The refusal is a BusyError, which the
 * contracts render as for a full queue.
 * @param limit bytes
 */
export function addIntakeLimit(app: FastifyInstance, limit: number): void {
  const intake = new Intake(limit);
  app.addHook('preParsing', async (request, reply, payload) => {
    const { 'content-length': declared, 'transfer-encoding': chunked } = request.headers;
    const most = request.routeOptions.bodyLimit ?? app.initialConfig.bodyLimit!;
    // A body of unknown length counts as the largest possible. One that declares more is refused by the parser.
    const bytes = chunked === undefined ? Math.min(Number(declared ?? 0), most) : most;
    if (!(bytes > 0)) return payload;
    const giveBack = intake.take(bytes);
    if (!giveBack) throw new BusyError('full', intake.retryAfterSeconds(bytes));
    reply.raw.once('close', giveBack);
    return payload;
  });
}
