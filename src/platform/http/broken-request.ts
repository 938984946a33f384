import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { closeAfterAnswer, linger } from './early-answers.js';

/** Status and message for each fault of HTTP itself; others are 400. */
const faults: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers of the request are too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions of the request are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the headers of the request did not arrive in time'],
};

/**
 * Answers what is not an HTTP request, before any route is known: with JSON, which every contract's client can tell from an answer
 * of its own. If an earlier request of the connection still waits for its answer, that answer is the last one.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  if (closeAfterAnswer(socket)) return;
  const [status, message] = faults[error.code ?? ''] ?? [400, 'this is not a valid HTTP request'];
  const body = JSON.stringify({ error: 'bad-request', message });
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  linger(socket);
}
