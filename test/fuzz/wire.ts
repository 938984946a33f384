import { connect } from 'node:net';

/** A request as it is sent. */
export interface WireRequest {
  readonly method: string;
  /** path and query */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Content-Length; default: of the body; `none`: no such header; `chunked`: Transfer-Encoding instead */
  readonly length?: number | 'none' | 'chunked';
}

/** An answer, read whole. */
export interface WireAnswer {
  readonly status: number;
  /** by lower-case name; the last value of a repeated header */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Milliseconds until a request counts as unanswered. */
const patience = 90_000;

/** The bytes of a request. The connection is for this request only. */
export function serialize({ method, target, headers, body, length }: WireRequest): Buffer {
  const chunks =
    length === 'chunked'
      ? [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from(body.length > 0 ? '\r\n0\r\n\r\n' : '\r\n')]
      : [body];
  const framing: (readonly [string, string])[] =
    length === 'chunked'
      ? [['Transfer-Encoding', 'chunked']]
      : typeof length === 'number'
        ? [['Content-Length', String(length)]]
        : length === 'none' || (body.length === 0 && (method === 'GET' || method === 'HEAD'))
          ? []
          : [['Content-Length', String(body.length)]];
  const host: (readonly [string, string])[] = headers.some(([name]) => name === 'host') ? [] : [['Host', 'test.example']];
  const lines = [...host, ...headers, ...framing, ['Connection', 'close'] as const];
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), ...chunks]);
}

/** Whether the body that is sent is the whole body that is announced. */
export const isWhole = ({ length, body }: WireRequest): boolean => typeof length !== 'number' || length <= body.length;

/**
 * Sends exactly these bytes, and reads until the server closes.
 * @param isWholeRequest false: ends the connection after these bytes
 * @returns undefined if no whole answer came
 */
export async function send(url: string, bytes: Buffer, isWholeRequest: boolean): Promise<WireAnswer | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  // A server that refuses a body may close before it has read all of it. The answer sent before counts.
  socket.on('error', () => {});
  socket.setTimeout(patience, () => socket.destroy());
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // A whole request keeps its connection open: to Node's server, its end would mean that the client has gone.
  if (isWholeRequest) socket.write(bytes);
  else socket.end(bytes);
  await closed;
  return parse(Buffer.concat(pieces));
}

function parse(bytes: Buffer): WireAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})\b/.exec(start)?.[1] ?? 0);
  const rest = bytes.subarray(end + 4);
  if (status < 200) return status >= 100 ? parse(rest) : undefined;
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  if (headers.get('transfer-encoding') === 'chunked' && rest.length > 0) return withBody({ status, headers }, joinChunks(rest));
  const length = headers.get('content-length');
  if (length !== undefined && rest.length > 0 && rest.length < Number(length)) return undefined;
  return withBody({ status, headers }, length === undefined ? rest : rest.subarray(0, Number(length)));
}

const withBody = (head: Omit<WireAnswer, 'body'>, body: Buffer | undefined): WireAnswer | undefined => body && { ...head, body };

/** @returns undefined if the last chunk is missing, or something else is among the chunks */
function joinChunks(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    if (Number.isNaN(size)) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
