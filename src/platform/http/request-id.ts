import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What gateways send: a UUID, nginx's 32 hexadecimal digits, AWS's `Root=1-…;…`, or another short token. Never a blank or a quote. */
const usualId = /^[\w.:;=@/+-]{1,128}$/;

/**
 * The id of a request in the log and in the answer's `X-Request-Id`: the one of a trusted gateway, so that its log and this one can
 * be joined, or else a new UUID.
 * @param isTrusted whether an address is a trusted proxy
 */
export function nameRequest({ headers, socket }: IncomingMessage, isTrusted: (address: string) => boolean): string {
  const given = headers['x-request-id'];
  const isGiven = typeof given === 'string' && usualId.test(given) && isTrusted(socket.remoteAddress ?? '');
  return isGiven ? given : randomUUID();
}
