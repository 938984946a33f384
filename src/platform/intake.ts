import type { FastifyInstance } from 'fastify';

/** Limits the request bodies that are in memory at the same time. A single body is always accepted, regardless of its size. */
export class Intake {
  #bytes = 0;

  /** @param limit bytes */
  constructor(private readonly limit: number) {}

  /** Reserves bytes. @returns a function that releases them, or undefined if there is no room now */
  take(bytes: number): (() => void) | undefined {
    if (this.#bytes > 0 && this.#bytes + bytes > this.limit) return undefined;
    this.#bytes += bytes;
    let isTaken = true;
    return () => {
      if (isTaken) this.#bytes -= bytes;
      isTaken = false;
    };
  }
}

/**
 * Refuses bodies before they are read when the limit is reached. Each body is in memory until its request is answered, and the queue of
 * the engine limits work, not memory. Authentication comes first (in `onRequest`).
 * @param limit bytes
 * @param refusal creates the error that the contracts render as "busy"
 */
export function addIntakeLimit(app: FastifyInstance, limit: number, refusal: () => Error): void {
  const intake = new Intake(limit);
  app.addHook('preParsing', async (request, reply, payload) => {
    const { 'content-length': declared, 'transfer-encoding': chunked } = request.headers;
    const most = request.routeOptions.bodyLimit ?? app.initialConfig.bodyLimit!;
    // A body of unknown length counts as the largest possible. One that declares more is refused by the parser.
    const bytes = chunked === undefined ? Math.min(Number(declared ?? 0), most) : most;
    if (!(bytes > 0)) return payload;
    const giveBack = intake.take(bytes);
    if (!giveBack) throw refusal();
    reply.raw.once('close', giveBack);
    return payload;
  });
}
