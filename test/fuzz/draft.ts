import type { Operation } from './document.js';
import type { WireRequest } from './wire.js';

/** One part of a multipart form. */
export interface FormPart {
  name: string | undefined;
  filename?: string | undefined;
  type?: string | undefined;
  content: Buffer;
  /** further header lines, or broken ones */
  lines?: string[];
}

/** A body before it is encoded. */
export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; value: unknown }
  | { readonly kind: 'urlencoded'; fields: [name: string, value: string][] }
  | { readonly kind: 'multipart'; parts: FormPart[] }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** A request that mutations change. */
export interface Draft {
  readonly operation: Operation;
  method: string;
  path: string;
  query: [name: string, value: string][];
  headers: [name: string, value: string][];
  body: Body;
  length?: WireRequest['length'];
}

/** Sets a header, or removes it. */
export function setHeader(draft: Draft, name: string, value: string | undefined): void {
  draft.headers = draft.headers.filter(([other]) => other !== name);
  if (value !== undefined) draft.headers.push([name, value]);
}

const boundary = 'fuzz-boundary-0123456789';

/** The content type of a kind of body. */
export const contentTypes: Readonly<Record<Exclude<Body['kind'], 'none' | 'bytes'>, string>> = {
  json: 'application/json',
  urlencoded: 'application/x-www-form-urlencoded',
  multipart: `multipart/form-data; boundary=${boundary}`,
};

/** The request that a draft describes. */
export function encode({ method, path, query, headers, body, length }: Draft): WireRequest {
  const text = query.map(([name, value]) => `${name}=${value}`).join('&');
  const type = body.kind === 'none' || body.kind === 'bytes' ? undefined : contentTypes[body.kind];
  const isTyped = type === undefined || headers.some(([name]) => name === 'content-type');
  return {
    method,
    target: text === '' ? path : `${path}?${text}`,
    headers: isTyped ? headers.filter(([, value]) => value !== '') : [...headers, ['content-type', type]],
    body: encodeBody(body),
    ...(length !== undefined && { length }),
  };
}

/** The bytes of a body. */
export function encodeBody(body: Body): Buffer {
  if (body.kind === 'bytes') return body.bytes;
  if (body.kind === 'json') return Buffer.from(JSON.stringify(body.value) ?? '');
  if (body.kind === 'urlencoded') return Buffer.from(new URLSearchParams(body.fields).toString());
  if (body.kind === 'none') return Buffer.alloc(0);
  return Buffer.concat([
    ...body.parts.flatMap(({ name, filename, type, content, lines = [] }) => {
      const disposition = `Content-Disposition: form-data${name === undefined ? '' : `; name="${name}"`}`;
      const file = filename === undefined ? '' : `; filename="${filename}"`;
      const head = [disposition + file, ...(type === undefined ? [] : [`Content-Type: ${type}`]), ...lines];
      return [Buffer.from(`--${boundary}\r\n${head.join('\r\n')}\r\n\r\n`), content, Buffer.from('\r\n')];
    }),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}
