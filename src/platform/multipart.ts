import type { FastifyRequest } from 'fastify';
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
/** In bytes. */
const MAX_FIELD = 65_536;
/** The most that a transfer encoding lengthens a content: quoted-printable makes three bytes of one. */
const MAX_ENCODED = 3;
/** The length is RFC 2046's; some clients use more characters than it allows. */
const boundaries = /^[\x20-\x7e]{0,69}[\x21-\x7e]$/;
/** The first room for a part's content, in bytes; it doubles. */
const FIRST_ROOM = 4096;

/**
 * Reads the parts of a `multipart/form-data` body as bytes. Each limit holds while the body arrives.
 * @throws FormError `malformed`, `too-large`, `bad-text`, `too-slow`; BusyError if there is no memory for the body
 */
export async function readMultipart(request: FastifyRequest, rules: MultipartRules): Promise<FormPart[]> {
  const { raw } = request;
  const boundary = readParameter(raw.headers['content-type'] ?? '', 'boundary') ?? '';
  const collector = new PartCollector(rules);
  const arrival = findArrival(request);
  // A body of no bytes is a form without fields, as in Django and Spring.
  if (!arrival) return [];
  if (!boundaries.test(boundary)) throw new FormError('malformed', 'the boundary is missing or invalid');
  if (raw.destroyed) throw malformed();
  const splitter = new PartSplitter(boundary, collector);
  let onData: (chunk: Buffer) => void = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      arrival.onFail(reject);
      onData = (chunk) => {
        try {
          arrival.count(chunk.length);
          splitter.write(chunk);
        } catch (error) {
          reject(error);
        }
      };
      raw.on('data', onData);
      raw.once('end', resolve);
      raw.once('close', () => reject(malformed()));
    });
  } finally {
    raw.off('data', onData);
    if (!raw.readableEnded) raw.pause();
  }
  splitter.end();
  return collector.finish();
}

/** Makes parts of heads and contents. */
class PartCollector {
  readonly #parts: FormPart[] = [];
  #current: OpenPart | undefined;
  #files = 0;

  constructor(private readonly rules: MultipartRules) {}

  onPart(head: ReadonlyMap<string, string>): void {
    this.#close();
    const disposition = head.get('content-disposition') ?? '';
    const name = /^\s*form-data\s*(;|$)/i.test(disposition) ? readName(disposition) : undefined;
    if (name === undefined) throw new FormError('malformed', 'a part of the form has no name');
    const contentType = head.get('content-type') ?? '';
    if (/^\s*multipart\//i.test(contentType)) throw new FormError('malformed', `${show(name)} has parts of its own`, name);
    const encoding = (head.get('content-transfer-encoding') ?? '')
      .replace(/[;(].*$/s, '')
      .trim()
      .toLowerCase();
    if (!isKnownEncoding(encoding)) throw new FormError('malformed', `${show(name)} has an unknown transfer encoding`, name);
    const filename = readParameter(disposition, 'filename') ?? readParameter(disposition, 'filename*');
    const seemsFile = filename !== undefined || /^\s*application\/octet-stream\s*(;|$)/i.test(contentType);
    const isFile = filename !== undefined || (this.rules.isFile(name) ?? seemsFile);
    if (isFile ? ++this.#files > MAX_FILES : this.#parts.length - this.#files >= MAX_FIELDS) throw tooLarge();
    const most = isFile ? this.rules.fileBytes(name) : MAX_FIELD;
    this.#current = { name, isFile, filename, contentType, encoding, most, room: Buffer.alloc(0), length: 0 };
  }

  onContent(bytes: Buffer): void {
    const part = this.#current!;
    const { room } = part;
    const length = part.length + bytes.length;
    if (length > (changesBytes(part.encoding) ? part.most * MAX_ENCODED : part.most)) throw tooLong(part);
    if (length > room.length) {
      // A list of the chunks would take a hundred times their bytes from a client that sends single ones.
      part.room = Buffer.allocUnsafeSlow(Math.max(length, 2 * room.length, FIRST_ROOM));
      room.copy(part.room, 0, 0, part.length);
    }
    bytes.copy(part.room, part.length);
    part.length = length;
  }

  finish(): FormPart[] {
    this.#close();
    return this.#parts;
  }

  #close(): void {
    const part = this.#current;
    if (!part) return;
    const { name, isFile, filename, contentType, encoding, most, room, length } = part;
    const bytes = decodeTransfer(room.subarray(0, length), encoding);
    if (!bytes) throw new FormError('malformed', `${show(name)} is not valid ${encoding}`, name);
    if (bytes.length > most) throw tooLong(part);
    this.#parts.push({ name, isFile, filename, contentType, bytes });
  }
}

/** A part whose content arrives. */
interface OpenPart extends Omit<FormPart, 'bytes'> {
  readonly encoding: string;
  /** bytes */
  readonly most: number;
  /** its first `length` bytes are the content */
  room: Buffer;
  length: number;
}

/** The name of a part's field, with the escapes of browsers (WHATWG HTML, 4.10.21.8). */
function readName(disposition: string): string | undefined {
  const sent = readParameter(disposition, 'name');
  if (sent === undefined) return undefined;
  const name = Buffer.from(sent, 'latin1').toString('utf8');
  if (name.includes('\uFFFD')) throw new FormError('bad-text', 'the name of a field is not valid UTF-8');
  return name.replace(/%(22|0D|0A)/gi, (encoded) => decodeURIComponent(encoded));
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
const tooLong = ({ isFile, name }: OpenPart): FormError =>
  isFile ? tooLarge() : new FormError('too-large', `${show(name)} is too long`);
