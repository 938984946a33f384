import type { IncomingMessage } from 'node:http';
import { Dicer } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { BusyError } from '../base/busy-error.js';
import { runTimeout } from '../base/run-clock.js';
import { FormError } from './form-error.js';
import { findArrival } from './http/intake.js';

/** Limits of a multipart form. */
export interface MultipartLimits {
  /** bytes of a file, by the name of its field */
  readonly fileBytes: (name: string) => number;
}

/** A part of a form, with its bytes. */
export interface FormPart {
  readonly name: string;
  readonly isFile: boolean;
  /** as sent; empty: not declared */
  readonly contentType: string;
  readonly bytes: Buffer;
}

const MAX_FILES = 4;
const MAX_FIELDS = 32;
const MAX_PARTS = 36;
/** In bytes. */
const MAX_FIELD = 65_536;
const MAX_HEADERS = 32;
/** Characters, by RFC 2046. The parser fails for much longer ones. */
const MAX_BOUNDARY = 70;

/** Error codes of @fastify/multipart and Fastify for an exceeded limit. */
const tooLargeCodes = new Set(['FST_REQ_FILE_TOO_LARGE', 'FST_FILES_LIMIT', 'FST_PARTS_LIMIT', 'FST_ERR_CTP_BODY_TOO_LARGE']);

/** Milliseconds that the parser may take after the last byte, on a busy machine. It can hang on some forms. */
const patienceMs = 10_000;

/**
 * Reads the parts of a `multipart/form-data` body as bytes: @fastify/multipart would replace what it cannot decode in a text, and
 * make a number of a JSON part.
 * @throws FormError `malformed`, `too-large`, `bad-text`, `too-slow`; BusyError if there is no memory for the body
 */
export async function readMultipart(request: FastifyRequest, limits: MultipartLimits): Promise<FormPart[]> {
  const { raw } = request;
  const ending = new AbortController();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const arrival = findArrival(request);
  arrival?.onFail(fail);
  const types = watchParts(raw, { onBytes: (bytes) => arrival?.count(bytes), onFault: fail });
  raw.once('end', () => {
    if (ending.signal.aborted) return;
    const patience = runTimeout(() => fail(malformed()), patienceMs, false);
    ending.signal.addEventListener('abort', () => patience.clear());
  });
  try {
    return await Promise.race([collectParts(request, limits, types), failed]);
  } catch (error) {
    if (error instanceof FormError || error instanceof BusyError) throw error;
    throw tooLargeCodes.has(String((error as { code?: unknown }).code)) ? tooLarge() : malformed();
  } finally {
    ending.abort();
    types.stop();
  }
}

async function collectParts(request: FastifyRequest, { fileBytes }: MultipartLimits, types: ContentTypes): Promise<FormPart[]> {
  const parts: FormPart[] = [];
  let files = 0;
  const limits = { files: MAX_PARTS, parts: MAX_PARTS, headerPairs: MAX_HEADERS, fileSize: Number.POSITIVE_INFINITY };
  // Every part as a file, which is what is not decoded.
  for await (const part of request.parts({ isPartAFile: () => true, limits })) {
    if (part.type !== 'file') continue;
    const { fieldname: name, filename, mimetype, file } = part as typeof part & { readonly fieldname?: string };
    if (name === undefined) throw nameless();
    const contentType = types.next(mimetype);
    if (name.includes('\uFFFD')) throw new FormError('bad-text', 'the name of a field is not valid UTF-8');
    const isFile = filename !== undefined || mimetype === 'application/octet-stream';
    if (isFile ? ++files > MAX_FILES : parts.length - files >= MAX_FIELDS) throw tooLarge();
    const most = isFile ? fileBytes(name) : MAX_FIELD;
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of file) {
      length += (chunk as Buffer).length;
      if (length > most) throw isFile ? tooLarge() : new FormError('too-large', `the field ${name} is too long`);
      chunks.push(chunk as Buffer);
    }
    parts.push({ name, isFile, contentType, bytes: Buffer.concat(chunks) });
  }
  return parts;
}

/** The content types of a form's parts, with their parameters. */
interface ContentTypes {
  /** of the next part that is a field @param mimetype without parameters, as @fastify/multipart reports it @throws FormError */
  next(mimetype: string): string;
  stop(): void;
}

/**
 * Reads the headers of the parts beside @fastify/multipart, which does not report the charset of a part, skips parts without a name,
 * and hangs after some of those. It splits the same bytes with the same parser and keeps none of them.
 * @param onBytes called with the number of bytes that have arrived
 * @param onFault called for a part without a usable name
 */
function watchParts(
  raw: IncomingMessage,
  { onBytes, onFault }: { onBytes(bytes: number): void; onFault(error: FormError): void },
): ContentTypes {
  const boundary = readParameter(raw.headers['content-type'] ?? '', 'boundary');
  if (boundary !== undefined && boundary.length > MAX_BOUNDARY) throw new FormError('malformed', 'the boundary is too long');
  const types: string[] = [];
  const dicer = boundary ? new Dicer({ boundary, maxHeaderPairs: MAX_HEADERS }) : undefined;
  // What is wrong with the body is reported by the other reader.
  dicer?.on('error', () => {});
  dicer?.on('part', (part) => {
    let isNamed = false;
    part.on('header', (header) => {
      const headers = header as Readonly<Record<string, readonly string[] | undefined>>;
      const disposition = headers['content-disposition']?.[0] ?? '';
      isNamed = /^\s*form-data\s*(;|$)/i.test(disposition) && readParameter(disposition, 'name') !== undefined;
      if (isNamed) types.push(headers['content-type']?.[0] ?? '');
    });
    // Also for a part without any header.
    part.on('end', () => {
      if (!isNamed) onFault(nameless());
    });
    part.on('error', () => {});
    part.resume();
  });
  const feed = (chunk: Buffer): void => {
    onBytes(chunk.length);
    if (dicer?.writable) dicer.write(chunk);
  };
  raw.on('data', feed);
  return {
    next(mimetype) {
      const type = types.shift() ?? '';
      const bare = type.split(';')[0]!.trim().toLowerCase();
      // The two readers disagree about a part: its charset is not known.
      if (bare !== '' && bare !== mimetype) throw malformed();
      return type;
    },
    stop: () => raw.off('data', feed),
  };
}

/** A parameter of a header, quoted or not. */
function readParameter(header: string, wanted: string): string | undefined {
  for (const [, name, quoted, plain] of header.matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g))
    if (name!.toLowerCase() === wanted) return quoted?.replace(/\\(["\\])/g, '$1') ?? plain;
  return undefined;
}

const malformed = (): FormError => new FormError('malformed', 'the multipart body is malformed or ends early');
const nameless = (): FormError => new FormError('malformed', 'a part of the form has no name');
const tooLarge = (): FormError => new FormError('too-large', 'the form or one of its files is too large');
