import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Whether an address is a proxy's whose headers are believed; see `trustProxies`. */
export type TrustProxy = false | ((address: string, hop: number) => boolean);

/** The value that an outermost trusted proxy wrote, of a list in which each proxy appends its own. */
function pick(header: string | string[] | undefined, hops: number): string | undefined {
  const values = String(header ?? '')
    .split(',')
    .map((value) => value.trim().replace(/^"(.*)"$/, '$1'))
    .filter((value) => value !== '');
  return values[Math.max(0, values.length - hops)];
}

/** Longest name of a host with its port, in characters. */
const longestHost = 260;

/** `http` or `https`; undefined for other texts. */
function readProtocol(text = ''): string | undefined {
  const protocol = text.toLowerCase();
  return protocol === 'http' || protocol === 'https' ? protocol : undefined;
}

/** A host with or without a port, IPv6 in brackets; undefined if the text is not a host. */
function readHost(text = ''): string | undefined {
  const host = isIPv6(text) ? `[${text}]` : text.toLowerCase();
  const isHost = host.length <= longestHost && /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host);
  return isHost && URL.canParse(`http://${host}`) ? host : undefined;
}

/**
 * Brings `X-Forwarded-Proto` and `X-Forwarded-Host` of trusted proxies into the one form that Fastify reads: a single value in lower
 * case. Values that are not a protocol or a host are removed, as if the proxy had sent none. Of other senders, Fastify ignores both.
 */
export function normalizeForwarded(app: FastifyInstance, trust: TrustProxy): void {
  if (!trust) return;
  app.addHook('onRequest', async ({ raw, ips }) => {
    if (!trust(raw.socket.remoteAddress ?? '', 0)) return;
    // The addresses are those of the proxies, nearest first, and the client's.
    const hops = Math.max(1, (ips?.length ?? 1) - 1);
    for (const [name, read] of [
      ['x-forwarded-proto', readProtocol],
      ['x-forwarded-host', readHost],
    ] as const) {
      const value = read(pick(raw.headers[name], hops));
      if (value === undefined) delete raw.headers[name];
      else raw.headers[name] = value;
    }
  });
}

/**
 * The id of a request, for the log and the answer: the `X-Request-Id` of a trusted proxy if it has 1 to 128 letters, digits and
 * `._:/+=@-`, so that it cannot break a log line, else a new uuid.
 */
export const makeRequestIds =
  (trust: TrustProxy) =>
  ({ headers, socket }: IncomingMessage): string => {
    const id = headers['x-request-id'];
    const isTrusted = trust !== false && trust(socket.remoteAddress ?? '', 0);
    const isAccepted = isTrusted && typeof id === 'string' && /^[\w.:/+=@-]{1,128}$/.test(id);
    return isAccepted ? id : randomUUID();
  };
