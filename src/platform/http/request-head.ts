import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Requests whose client sends the body only after `100 Continue`. */
const waiting = new WeakSet<IncomingMessage>();

/** Notes that the client waits for `100 Continue`. Node then leaves it to {@link sendContinue}. */
export function noteExpectation(request: IncomingMessage): void {
  waiting.add(request);
}

/** Asks the client for the body, if it waits to be asked. Call it once the headers are accepted. */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue();
}

/**
 * Refuses requests whose headers cannot be trusted or met, in each contract's own form: two Host headers with 400 (a gateway and this
 * server could take the request for different ones), any expectation but `100-continue` with 417.
 */
export function addHeadChecks(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    const hosts = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
    if (hosts.length > 1) throw refusal(400, 'the request has more than one Host header');
    const { expect } = raw.headers;
    if (expect !== undefined && raw.httpVersion === '1.1' && !/^\s*100-continue\s*$/i.test(expect))
      throw refusal(417, 'this expectation cannot be met');
  });
}

const refusal = (statusCode: number, message: string): Error => Object.assign(new Error(message), { statusCode });
