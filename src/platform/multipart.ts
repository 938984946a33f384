import { randomUUID } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { BusyError } from '../base/busy-error.js';
import { FormError } from './form-error.js';
import { findArrival } from './http/intake.js';
import { malformed, PartSplitter } from './part-splitter.js';
import { changesBytes, decodeTransfer, isKnownEncoding } from './transfer-encoding.js';

/** What a form may have. */
export interface MultipartRules {
  /** whether a field is a file by its type; undefined: the operation does not know the field, and its part's headers decide */
  readonly isFile: (name: string) => boolean | undefined;
  /** bytes of a file, by the name of its field */
  readonly fileBytes: (name: string) => number;
}

/** A part of a form, with its bytes. */
export interface FormPart {
  readonly name: string;
  readonly isFile: boolean;
  /** as sent; undefined: none was sent; empty: a browser's file input without a file */
  readonly filename: string | undefined;
  /** as sent; empty: not declared */
  readonly contentType: string;
  readonly bytes: Buffer;
}

const MAX_FILES = 4;
const MAX_FIELDS = 32;
const MAX_PARTS = MAX_FILES + MAX_FIELDS;
/** In bytes. */
const MAX_FIELD = 65_536;
/** The most that a transfer encoding lengthens a content: quoted-printable makes three bytes of one. */
const MAX_ENCODED = 3;
/** The length is RFC 2046's; some clients use more characters than it allows. */
const boundaries = /^[\x20-\x7e]{0,69}[\x21-\x7e]$/;
/** The first room for a part's content, in bytes; it doubles. */
const FIRST_ROOM = 4096;

/** Error codes of @fastify/multipart for an exceeded limit. */
const tooLargeCodes = new Set(['FST_FILES_LIMIT', 'FST_PARTS_LIMIT']);

/**
 * Reads the parts of a `multipart/form-data` body as bytes. Each limit holds while the body arrives.
 * @throws FormError `malformed`, `too-large`, `bad-text`, `too-slow`; BusyError if there is no memory for the body
 */
export async function readMultipart(request: FastifyRequest, rules: MultipartRules): Promise<FormPart[]> {
  const { raw } = request;
  const boundary = readParameter(raw.headers['content-type'] ?? '', 'boundary') ?? '';
  const arrival = findArrival(request);
  // A body of no bytes is a form without fields, as in Django and Spring.
  if (!arrival) return [];
  if (!boundaries.test(boundary)) throw new FormError('malformed', 'the boundary is missing or invalid');
  if (raw.destroyed) throw malformed();
  const form = new PlainForm(boundary, (bytes) => arrival.count(bytes));
  const endEarly = (): void => {
    if (!raw.readableEnded) form.destroy(malformed());
  };
  arrival.onFail((error) => form.destroy(error));
  raw.once('close', endEarly);
  raw.pipe(form);
  try {
    // The same request with another body.
    return await collectParts(Object.create(request, { raw: { value: form } }), form.contentTypes, rules);
  } catch (error) {
    if (error instanceof FormError || error instanceof BusyError) throw error;
    throw tooLargeCodes.has(String((error as { code?: unknown }).code)) ? tooLarge() : malformed();
  } finally {
    raw.off('close', endEarly);
    raw.unpipe(form);
    form.destroy();
  }
}

/** @param contentTypes of the parts that have arrived @param request with a form as browsers write it */
async function collectParts(
  request: FastifyRequest,
  contentTypes: readonly string[],
  rules: MultipartRules,
): Promise<FormPart[]> {
  const parts: FormPart[] = [];
  let files = 0;
  const limits = { files: MAX_PARTS, parts: MAX_PARTS, fileSize: Number.POSITIVE_INFINITY };
  // Every part as a file, which is what is not decoded.
  for await (const part of request.parts({ isPartAFile: () => true, limits })) {
    if (part.type !== 'file') continue;
    // As sent; the plugin's types say that there is always one.
    const filename = part.filename as string | undefined;
    const name = readName(part.fieldname);
    const contentType = contentTypes[parts.length]!;
    const encoding = part.encoding
      .replace(/[;(].*$/s, '')
      .trim()
      .toLowerCase();
    if (!isKnownEncoding(encoding)) throw new FormError('malformed', `${show(name)} has an unknown transfer encoding`, name);
    if (/^\s*multipart\//i.test(contentType)) throw new FormError('malformed', `${show(name)} has parts of its own`, name);
    const seemsFile = /^\s*application\/octet-stream\s*(;|$)/i.test(contentType);
    const isFile = filename !== undefined || (rules.isFile(name) ?? seemsFile);
    if (isFile ? ++files > MAX_FILES : parts.length - files >= MAX_FIELDS) throw tooLarge();
    const most = isFile ? rules.fileBytes(name) : MAX_FIELD;
    const tooLong = (): FormError => (isFile ? tooLarge() : new FormError('too-large', `${show(name)} is too long`));
    const content = await readBounded(part.file, changesBytes(encoding) ? most * MAX_ENCODED : most, tooLong);
    const bytes = decodeTransfer(content, encoding);
    if (!bytes) throw new FormError('malformed', `${show(name)} is not valid ${encoding}`, name);
    if (bytes.length > most) throw tooLong();
    parts.push({ name, isFile, filename, contentType, bytes });
  }
  return parts;
}

/** Reads a content of at most some bytes. */
async function readBounded(content: AsyncIterable<Buffer>, most: number, tooLong: () => FormError): Promise<Buffer> {
  let room = Buffer.alloc(0);
  let length = 0;
  for await (const chunk of content) {
    if (length + chunk.length > most) throw tooLong();
    if (length + chunk.length > room.length) {
      // A list of the chunks would take a hundred times their bytes from a client that sends single ones.
      const wider = Buffer.allocUnsafeSlow(Math.max(length + chunk.length, 2 * room.length, FIRST_ROOM));
      room.copy(wider, 0, 0, length);
      room = wider;
    }
    length += chunk.copy(room, length);
  }
  return room.subarray(0, length);
}

/**
 * A form as browsers write it, made of one as RFC 2046 allows it. @fastify/multipart skips parts without a head and parts after padded
 * boundaries, hangs on some others, and does not report the charset of a part.
 */
class PlainForm extends Transform {
  /** Of the parts so far, as sent; empty: not declared. */
  readonly contentTypes: string[] = [];
  /** What the client's own boundary is made of is of no concern to the plugin. */
  readonly #boundary = randomUUID();
  /** What @fastify/multipart asks of a request. */
  readonly headers = { 'content-type': `multipart/form-data; boundary=${this.#boundary}` };
  readonly #splitter: PartSplitter;

  /** @param onBytes called with the number of bytes that have arrived; what it throws ends the reading */
  constructor(
    boundary: string,
    private readonly onBytes: (bytes: number) => void,
  ) {
    super();
    this.#splitter = new PartSplitter(boundary, {
      onPart: (head) => this.#writeHead(head),
      onContent: (bytes) => {
        this.push(bytes);
      },
    });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#attempt(done, () => {
      this.onBytes(chunk.length);
      this.#splitter.write(chunk);
    });
  }

  override _flush(done: TransformCallback): void {
    this.#attempt(done, () => {
      this.#splitter.end();
      this.push(`\r\n--${this.#boundary}--\r\n`);
    });
  }

  #attempt(done: TransformCallback, task: () => void): void {
    let fault: Error | null = null;
    try {
      task();
    } catch (error) {
      fault = error as Error;
    }
    done(fault);
  }

  #writeHead(head: ReadonlyMap<string, string>): void {
    const disposition = head.get('content-disposition') ?? '';
    if (!/^\s*form-data\s*(;|$)/i.test(disposition) || readParameter(disposition, 'name') === undefined)
      throw new FormError('malformed', 'a part of the form has no name');
    const contentType = head.get('content-type') ?? '';
    this.contentTypes.push(contentType);
    const fields = Object.entries({
      'Content-Disposition': disposition,
      'Content-Type': contentType,
      'Content-Transfer-Encoding': head.get('content-transfer-encoding') ?? '',
    }).filter(([, value]) => value !== '');
    const lines = fields.map(([name, value]) => `${name}: ${value.replace(/[\r\n]/g, ' ')}\r\n`);
    this.push(`\r\n--${this.#boundary}\r\n${lines.join('')}\r\n`, 'latin1');
  }
}

/** The name of a field, with the escapes of browsers (WHATWG HTML, 4.10.21.8). */
function readName(sent: string): string {
  if (sent.includes('\uFFFD')) throw new FormError('bad-text', 'the name of a field is not valid UTF-8');
  return sent.replace(/%(22|0D|0A)/gi, (encoded) => decodeURIComponent(encoded));
}

/** A parameter of a header, quoted or not. */
function readParameter(header: string, wanted: string): string | undefined {
  for (const [, name, quoted, plain] of header.matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g))
    if (name!.toLowerCase() === wanted) return quoted?.replace(/\\(["\\])/g, '$1') ?? plain;
  return undefined;
}

/** Longest name of a field in a message, in characters. */
const MAX_SHOWN_NAME = 64;
const show = (name: string): string => `the field ${JSON.stringify(name.slice(0, MAX_SHOWN_NAME))}`;
const tooLarge = (): FormError => new FormError('too-large', 'the form or one of its files is too large');
