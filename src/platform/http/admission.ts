import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { clientGone } from '../client-gone.js';
import '../route-config.js';

/**
 * Milliseconds for which a request holds its place while its body comes. A slower upload gives the place back, so that slow clients do
 * not keep others out of an engine that has nothing to do; the queue of the engine limits it when its picture is there.
 */
const longestUploadMs = 1000;

/**
 * Milliseconds after which a refusal is sent. A refusal costs about a millisecond of CPU time, most of it for authentication and the
 * answer. Clients that do not wait for Retry-After (a second at least) would spend a whole core on them if they were refused at once.
 */
const refusalDelayMs = 1000;

/**
 * Requests to routes with `config.analyzes` take a place in the engine before their body is read, and give it back when they are
 * answered. An account that holds its share of the places is refused with a BusyError, which costs little more than reading the headers.
 * The caller must be known by then: authentication belongs into `onRequest`.
 * @param enter takes a place for an account and returns what gives it back. @throws BusyError
 */
export function addAdmission(app: FastifyInstance, enter: (accountId: string) => () => void): void {
  app.addHook('preParsing', async ({ routeOptions, caller, raw }, reply, payload) => {
    if (routeOptions.config.analyzes !== true || !caller) return payload;
    let leave: () => void;
    try {
      leave = enter(caller.accountId);
    } catch (error) {
      // The client may be gone before.
      await sleep(refusalDelayMs, undefined, { signal: clientGone(reply) }).catch(() => {});
      throw error;
    }
    const timer = setTimeout(leave, longestUploadMs);
    raw.once('end', () => clearTimeout(timer));
    reply.raw.once('close', () => {
      clearTimeout(timer);
      leave();
    });
    return payload;
  });
}
