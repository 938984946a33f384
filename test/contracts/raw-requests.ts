import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A request as bytes on the wire. */
export interface RawRequest {
  readonly path: string;
  readonly headers: Record<string, string | number>;
  readonly body: Buffer | string;
}

const serialize = ({ path, headers, body }: RawRequest): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${Object.entries({
        'Content-Length': Buffer.byteLength(body),
        ...headers,
      })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    ),
    Buffer.from(body),
  ]);

const open = async (url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
};

/** Sends exactly these bytes and reads until the server hangs up. */
export async function sendRaw(url: string, request: RawRequest): Promise<{ status: number; text: string }> {
  const socket = await open(url);
  // A server that refuses a body closes before it has read all of it. The answer sent before counts.
  socket.on('error', () => {});
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  // Not `once`: it fails on the reset that a server sends when it closes with unread data.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(serialize(request));
  await closed;
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1] ?? 0), text: rest.join('\r\n\r\n') };
}

/** Sends a part of the request and hangs up. @param part 0..1 of its bytes */
export async function hangUp(url: string, request: RawRequest, part: number): Promise<void> {
  const socket = await open(url);
  socket.on('error', () => {});
  const bytes = serialize(request);
  await new Promise<void>((resolve) => socket.write(bytes.subarray(0, Math.floor(bytes.length * part)), () => resolve()));
  socket.destroy();
}

/** A multipart body by hand. */
export function multipartBody(boundary: string, parts: readonly (readonly [headers: string, body: Buffer | string])[]): Buffer {
  const chunks = parts.flatMap(([headers, body]) => [
    Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
}
export const filePart = (name: string): string =>
  `Content-Disposition: form-data; name="${name}"; filename="a.jpg"\r\nContent-Type: image/jpeg`;
export const textPart = (name: string): string => `Content-Disposition: form-data; name="${name}"`;
