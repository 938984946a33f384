import type { FastifyInstance, FastifyRequest } from 'fastify';
import { findWrittenNumbers } from '../../platform/body-parsers.js';
import type { SessionId } from './wire.js';

/** Longest session id in characters, also of a number as written. */
const maxSessionIdLength = 256;

/** The session id to echo: that of the body, if the body was read and the id is valid; undefined: none. */
export function echoedSessionId(request: FastifyRequest): SessionId | undefined {
  const { body } = request;
  if (typeof body !== 'object' || body === null || !('sessionId' in body)) return undefined;
  const { sessionId } = body;
  if (sessionId === null) return null;
  if (typeof sessionId === 'string') return isShort(sessionId) ? sessionId : undefined;
  // JSON.parse makes Infinity of 1e999.
  return typeof sessionId === 'number' && Number.isFinite(sessionId) && isShort(writtenNumber(request)) ? sessionId : undefined;
}

/** The text that is stored with the scan as its session id; undefined if the client sent none. */
export const sessionIdText = (request: FastifyRequest, sessionId: SessionId | undefined): string | undefined =>
  typeof sessionId === 'number' ? writtenNumber(request) : (sessionId ?? undefined);

/** Numbers are echoed as they were written: as a JavaScript number, 110101199003074514 loses its last digits, and 1.0 its fraction. */
export function echoNumbersAsWritten(app: FastifyInstance): void {
  app.addHook('onSend', async (request, _reply, payload) => {
    const written = writtenNumber(request);
    return typeof payload === 'string' && written !== undefined
      ? payload.replace(/^\{"sessionId":[-+.\deE]+/, `{"sessionId":${written}`)
      : payload;
  });
}

const writtenNumber = (request: FastifyRequest): string | undefined => findWrittenNumbers(request)?.get('sessionId');

/** Code points are counted, and not of texts that are too long in any case. */
const isShort = (text = ''): boolean => [...text.slice(0, 2 * maxSessionIdLength + 1)].length <= maxSessionIdLength;
