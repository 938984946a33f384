import { lookup } from 'node:dns/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import { OperatorError } from '../base/operator-error.js';
import type { Config } from '../config/schema.js';
import { answerBrokenRequest } from '../platform/http/broken-request.js';
import { addConnectionLimit } from '../platform/http/connection-limit.js';
import { addEarlyAnswers, withEarlyAnswers } from '../platform/http/early-answers.js';
import { noteExpectation } from '../platform/http/request-head.js';
import { answerNotServing, type HeadersOf } from './not-serving.js';
import type { Service } from './service.js';

/** The server cannot listen. `message` is for the operator. */
export class ListenError extends OperatorError {
  override name = 'ListenError';
}

/** The open port. */
export interface Listener {
  /** for Fastify: the server that its requests come from */
  readonly server: Server;
  /** where it listens, for example http://127.0.0.1:8080 */
  readonly url: string;
  /** Hands requests to `handler` from now on. Until then they get 503. @param findHeaders further headers of the 503 during the stop */
  open(handler: RequestListener, findHeaders?: HeadersOf): void;
  /**
   * Accepts no more connections, answers new requests on open ones with 503, and waits for the requests in progress.
   * @param limitMs after which connections that are still open are closed: their clients do not send or do not read
   */
  drain(limitMs: number): Promise<void>;
}

/** Milliseconds that a connection may be silent. */
const connectionTimeoutMs = 60_000;
/** Milliseconds that a client may take to send the headers of a request. */
const headersMs = 20_000;
/** Milliseconds that a connection without a request is kept. Longer than load balancers keep theirs, as Fastify recommends. */
const keepAliveMs = 72_000;
/**
 * Seconds for `Retry-After` before the server is ready. Not an estimate: an ordinary start takes about this long, and how long a
 * first one takes, which downloads and prepares the models, is not known in advance.
 */
const startRetrySeconds = 2;
/** Seconds for `Retry-After` while the server stops: another one answers at once, and a restart takes about this long. */
const stopRetrySeconds = 2;
/** Milliseconds between two looks for connections that have become idle during a stop. */
const idleCheckMs = 250;

/**
 * Takes the port before anything else is opened or created, so that a busy one is noticed first and no other process can take it
 * during the start. @throws ListenError from start
 */
export const listenerService = ({
  HOST,
  PORT,
  TRIFACE_PATH_PREFIX: prefix = '',
  TRIFACE_MAX_CONNECTIONS: maxConnections = Number.POSITIVE_INFINITY,
}: Pick<Config, 'HOST' | 'PORT'> &
  Partial<Pick<Config, 'TRIFACE_PATH_PREFIX' | 'TRIFACE_MAX_CONNECTIONS'>>): Service<Listener> => ({
  start: () => listen(HOST, PORT, prefix, maxConnections),
  stop: (listener) => listener.drain(0),
});

async function listen(host: string, port: number, pathPrefix: string, maxConnections: number): Promise<Listener> {
  let handle = answerNotServing('starting', startRetrySeconds, pathPrefix);
  let findHeaders: HeadersOf | undefined;
  const servers: Server[] = [];
  const limitConnections = addConnectionLimit(maxConnections);
  const bind = async (address: string, port: number): Promise<Server> => {
    const pass: RequestListener = (request, response) => handle(request, response);
    const server = createServer({ connectionsCheckingInterval: headersMs / 4 }, withEarlyAnswers(pass));
    const passExpecting = withEarlyAnswers(pass, true);
    server.on('checkContinue', (request, response) => {
      noteExpectation(request);
      passExpecting(request, response);
    });
    // Any other expectation: refused by the routes, in the form of their contract (addHeadChecks).
    server.on('checkExpectation', passExpecting);
    server.on('clientError', answerBrokenRequest);
    addEarlyAnswers(server);
    limitConnections(server);
    server.keepAliveTimeout = keepAliveMs;
    // Bodies have limits of their own (addIntakeLimit), which do not count time in which this process was stopped.
    server.requestTimeout = 0;
    server.headersTimeout = headersMs;
    server.setTimeout(connectionTimeoutMs, endIfSilent);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => {
        server.off('error', reject);
        resolve();
      });
    });
    servers.push(server);
    return server;
  };
  const server = await bind(host, port).catch((error: NodeJS.ErrnoException) => {
    throw new ListenError(explain(error, host, port));
  });
  const bound = server.address() as AddressInfo;
  // `localhost` is 127.0.0.1 and ::1. As with Fastify's own listen, a second address that cannot be bound is left out.
  if (host === 'localhost')
    for (const { address } of await lookup(host, { all: true }).catch(() => []))
      if (address !== bound.address) await bind(address, bound.port).catch(() => {});

  let draining: Promise<void> | undefined;
  return {
    server,
    url: describeUrl(host, bound.port),
    open(handler, found) {
      handle = handler;
      findHeaders = found;
    },
    drain(limitMs) {
      handle = answerNotServing('stopping', stopRetrySeconds, pathPrefix, findHeaders);
      draining ??= drain(servers, limitMs);
      return draining;
    },
  };
}

/** A connection was silent for long, or this process was stopped meanwhile: then its data is read within a few seconds. */
function endIfSilent(socket: Socket): void {
  const moved = socket.bytesRead + socket.bytesWritten;
  const before = movedBefore.get(socket);
  if (before === moved) return void socket.destroy();
  if (before === undefined) movedBefore.set(socket, moved);
  else movedBefore.delete(socket);
  socket.setTimeout(before === undefined ? secondChanceMs : connectionTimeoutMs);
}

/** Bytes read and written by connections that have been silent once. */
const movedBefore = new WeakMap<Socket, number>();
const secondChanceMs = 5000;

async function drain(servers: readonly Server[], limitMs: number): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  const idle = setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, idleCheckMs);
  const hurry = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, limitMs);
  await Promise.all(closed);
  clearInterval(idle);
  clearTimeout(hurry);
}

function describeUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is already in use. Stop the program that uses it, or set PORT to another port.`;
    case 'EACCES':
      return `no permission to listen on port ${port} of ${host}. Set PORT to 1024 or above, or allow this process to use low ports.`;
    case 'EADDRNOTAVAIL':
      return `HOST=${host} is not an address of this machine. Set HOST to one of its addresses, or to 0.0.0.0 for all of them.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST=${host} is not an IP address or a known host name. Set HOST to an address of this machine, or to 0.0.0.0 for all of them.`;
    default:
      return `cannot listen on port ${port} of ${host} (${message}). Check HOST and PORT.`;
  }
}
