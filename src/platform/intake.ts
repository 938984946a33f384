import type { FastifyInstance } from 'fastify';

/** How much of request bodies a server takes in hand at a time. A single body is always taken, however large. */
export class Intake {
  #inHand = 0;

  /** @param limit bytes */
  constructor(private readonly limit: number) {}

  /** @returns gives the bytes back, or undefined: there is no room for them now */
  take(bytes: number): (() => void) | undefined {
    if (this.#inHand > 0 && this.#inHand + bytes > this.limit) return undefined;
    this.#inHand += bytes;
    let isTaken = true;
    return () => {
      if (isTaken) this.#inHand -= bytes;
      isTaken = false;
    };
  }
}

/**
 * Refuses bodies, before they are read, when too much is in hand already: each lies whole in memory until its request is answered, and a
 * queue behind them bounds work, not memory. Who may call at all is decided before (in `onRequest`).
 * @param limit bytes
 * @param refusal what the contracts' error handlers make their "busy" of
 */
export function addIntakeLimit(app: FastifyInstance, limit: number, refusal: () => Error): void {
  const intake = new Intake(limit);
  app.addHook('preParsing', async (request, reply, payload) => {
    const { 'content-length': told, 'transfer-encoding': chunked } = request.headers;
    const most = request.routeOptions.bodyLimit ?? app.initialConfig.bodyLimit!;
    // A body of unknown length may become as large as any; one that says too much is refused when it is parsed.
    const bytes = chunked === undefined ? Math.min(Number(told ?? 0), most) : most;
    if (!(bytes > 0)) return payload;
    const giveBack = intake.take(bytes);
    if (!giveBack) throw refusal();
    reply.raw.once('close', giveBack);
    return payload;
  });
}
