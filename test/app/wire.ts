import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came of bytes that were sent on a connection of their own. */
export interface Exchange {
  /** the status of each answer, in order; without `100 Continue` */
  readonly statuses: readonly number[];
  /** everything that was received */
  readonly text: string;
  /** how the connection ended; `open`: it did not within the time */
  readonly end: 'closed' | 'reset' | 'open';
}

/**
 * Sends bytes on a connection of its own and reads only then, as simple clients do. The client's side stays open.
 * @param waitMs how long to wait for the server to close, once the answers are there
 * @param isEnough ends the waiting
 */
export async function exchange(
  url: string,
  bytes: Buffer | string,
  { waitMs = 20_000, isEnough = () => false }: { waitMs?: number; isEnough?: (text: string) => boolean } = {},
): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: false });
  let text = '';
  let end: Exchange['end'] = 'open';
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'ECONNRESET' || code === 'EPIPE') end = 'reset';
  });
  socket.on('close', () => {
    if (end === 'open') end = 'closed';
  });
  // Nothing is read until everything was written.
  socket.pause();
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.write(bytes, () => resolve());
  });
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.resume();
  for (let waited = 0; end === 'open' && waited < waitMs && !isEnough(text); waited += 20) await sleep(20);
  const ended = end as Exchange['end'];
  socket.destroy();
  return { statuses: statusesOf(text), text, end: ended };
}

/** The statuses of all answers in what was received. */
export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status !== 100);

/** A request as text. @param body sent as it is; its length is announced unless the headers say otherwise */
export function requestOf(
  { method = 'POST', path, version = '1.1' }: { method?: string; path: string; version?: '1.0' | '1.1' },
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const isChunked = Object.keys(headers).some((name) => name.toLowerCase() === 'transfer-encoding');
  const length: Record<string, string> = isChunked || body === '' ? {} : { 'Content-Length': String(body.length) };
  const lines = Object.entries({ Host: 'test', ...length, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n${isChunked ? chunked(body) : body}`;
}

const chunked = (body: string): string => {
  const chunks = body.match(/[\s\S]{1,8192}/g) ?? [];
  return `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
};
