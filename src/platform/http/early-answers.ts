import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { runNow } from '../../base/run-clock.js';

/** Bytes of a body. A connection whose unread rest is at most this is kept. */
const keptBytes = 65_536;
/** How long the rest of a body is read and dropped after the answer, as nginx does: milliseconds in all, and of silence. */
const lingerMs = 30_000;
const silenceMs = 5000;
/** Bytes of a body that are dropped at most. */
const lingerBytes = 134_217_728;
const checkMs = 500;

/** Connections that have had their last answer. What still arrives there is dropped. */
const lingering = new WeakSet<Socket>();
/** Connections on which something came after the request that is answered last. */
const hasMore = new WeakSet<Socket>();
/** The requests of each connection that are not answered yet, oldest first; with pipelining there are several. */
const open = new WeakMap<Socket, Exchange[]>();

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The rule for an answer that is sent before its request was read to the end: the client must get it, and the bytes that are left
 * must not be taken for the next request.
 *
 * - At most 64 KiB are left: they are read and dropped, and the connection is kept.
 * - More may be left (or `Expect: 100-continue` was not answered): the answer says `connection: close`. The server's side of the
 *   connection is closed, and what still comes is dropped until the client closes its side, for at most 5 s of silence, 30 s or
 *   128 MiB. Closing at once would reset the connection, and a client that sends its whole body first would never see the answer.
 */
export function addEarlyAnswers(server: Server): void {
  server.on('connection', (socket) => {
    const closeAtOnce = socket.destroySoon.bind(socket);
    // Node calls this after the last answer on a connection.
    socket.destroySoon = () => {
      if (hasMore.has(socket) || open.get(socket)?.some(({ request }) => !request.complete)) linger(socket);
      else closeAtOnce();
    };
  });
}

/** Wraps a listener of requests with the rule of {@link addEarlyAnswers}. @param expects the client waits for `100 Continue` */
export const withEarlyAnswers =
  (handle: RequestListener, expects = false): RequestListener =>
  (request, response) => {
    const { socket } = request;
    if (lingering.has(socket)) return void request.resume();
    const exchange = { request, response };
    const exchanges = open.get(socket) ?? [];
    if (exchanges.push(exchange) === 1) open.set(socket, exchanges);
    // Triface, Fastify and a stream that is sent have eleven listeners in all; Node warns of a leak from there on.
    response.setMaxListeners(20);
    response.once('close', () => exchanges.splice(exchanges.indexOf(exchange), 1));
    const isKept = response.shouldKeepAlive;
    if (expects || mayBeLong(request)) {
      response.shouldKeepAlive = false;
      request.once('end', () => {
        response.shouldKeepAlive = isKept;
      });
    }
    response.once('finish', () => {
      if (!request.complete) drop(request);
    });
    handle(request, response);
  };

/**
 * Lets the answer to the last request that was received as a whole, or an answer that has begun, be the last one of the connection.
 * @returns false if no such answer is due
 */
export function closeAfterAnswer(socket: Socket): boolean {
  const due = open
    .get(socket)
    ?.findLast(({ request, response }) => (request.complete || response.headersSent) && !response.writableEnded);
  if (!due) return false;
  due.response.shouldKeepAlive = false;
  hasMore.add(socket);
  return true;
}

/** Whether a connection has had its last answer. */
export const isLingering = (socket: Socket): boolean => lingering.has(socket);

/** Whether a connection waits for a request, or for the rest of its headers. */
export const isIdle = (socket: Socket): boolean => !open.get(socket)?.length && !lingering.has(socket);

/** Closes the server's side of a connection, and drops what the client still sends. */
export function linger(socket: Socket): void {
  if (lingering.has(socket)) return;
  lingering.add(socket);
  socket.end();
  socket.resume();
  watch(socket, () => socket.destroyed);
}

function drop(request: IncomingMessage): void {
  request.unpipe();
  request.removeAllListeners('data');
  request.removeAllListeners('readable');
  request.resume();
  if (!lingering.has(request.socket)) watch(request.socket, () => request.complete);
}

/** Destroys a connection that is silent, or sends more, or for longer, than is read. @param isDone ends the watch */
function watch(socket: Socket, isDone: () => boolean): void {
  const began = runNow();
  const limit = socket.bytesRead + lingerBytes;
  let seen = socket.bytesRead;
  let movedAt = began;
  const timer = setInterval(() => {
    const now = runNow();
    if (socket.bytesRead > seen) {
      seen = socket.bytesRead;
      movedAt = now;
    }
    if (isDone() || socket.destroyed) return clearInterval(timer);
    if (now - movedAt > silenceMs || now - began > lingerMs || seen > limit) socket.destroy();
  }, checkMs).unref();
}

function mayBeLong({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > keptBytes;
}
