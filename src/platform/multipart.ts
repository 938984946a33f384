import type { Readable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { decodeText } from './decode-text.js';
import { FormError } from './form-error.js';

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

type Headers = Readonly<Record<string, readonly string[]>>;

/**
 * Reads the parts of a `multipart/form-data` body. They are bytes: @fastify/multipart decodes texts itself, and replaces what it
 * cannot decode.
 * @throws FormError `malformed`, `too-large`, `bad-text`
 */
export function readMultipart(body: Readable, contentType: string, limits: MultipartLimits): Promise<FormPart[]> {
  const boundary = boundaryOf(contentType);
  if (!boundary) {
    body.resume();
    return Promise.reject(malformed());
  }
  return new Promise((resolve, reject) => {
    const dicer = new Dicer({ boundary, maxHeaderPairs: MAX_HEADERS });
    const parts: FormPart[] = [];
    let started = 0;
    let open = 0;
    let files = 0;
    let isFinished = false;
    let isFailed = false;
    const fail = (error: FormError) => {
      if (isFailed) return;
      isFailed = true;
      body.unpipe(dicer);
      // The rest is discarded: a client that is still sending must be able to read the answer.
      body.resume();
      reject(error);
    };
    const finish = () => {
      if (isFinished && open === 0 && !isFailed) resolve(parts);
    };
    body.on('error', () => fail(malformed()));
    body.on('close', () => {
      if (!body.readableEnded) fail(malformed());
    });
    dicer.on('error', () => fail(malformed()));
    dicer.on('finish', () => {
      isFinished = true;
      finish();
    });
    dicer.on('part', (part) => {
      open++;
      if (++started > MAX_PARTS) fail(tooLarge());
      const chunks: Buffer[] = [];
      let head: Omit<FormPart, 'bytes'> | undefined;
      let most = Number.POSITIVE_INFINITY;
      let bytes = 0;
      part.on('header', (headers) => {
        try {
          head = isFailed ? undefined : readHead(headers as Headers);
        } catch (error) {
          return fail(error as FormError);
        }
        if (!head) return;
        if (head.isFile ? ++files > MAX_FILES : started - files > MAX_FIELDS) return fail(tooLarge());
        most = head.isFile ? limits.fileBytes(head.name) : MAX_FIELD;
      });
      part.on('data', (chunk) => {
        if (!head || isFailed) return;
        bytes += chunk.length;
        if (bytes > most) fail(head.isFile ? tooLarge() : new FormError('too-large', `the field ${head.name} is too long`));
        else chunks.push(chunk as Buffer);
      });
      part.on('error', () => fail(malformed()));
      part.on('end', () => {
        open--;
        if (head && !isFailed) parts.push({ ...head, bytes: Buffer.concat(chunks) });
        finish();
      });
    });
    body.pipe(dicer);
  });
}

/** @returns undefined for a part that is not a field of the form @throws FormError */
function readHead(headers: Headers): Omit<FormPart, 'bytes'> | undefined {
  const disposition = headers['content-disposition']?.[0] ?? '';
  if (!/^form-data\s*;/i.test(disposition)) return undefined;
  const encodedName = readParameter(disposition, 'name');
  if (encodedName === undefined) return undefined;
  const name = decodeText(Buffer.from(encodedName, 'latin1'));
  if (name in Object.prototype) throw malformed();
  const contentType = headers['content-type']?.[0] ?? '';
  const isFile = /;\s*filename\*?\s*=/i.test(disposition) || /^\s*application\/octet-stream\s*(;|$)/i.test(contentType);
  return { name, isFile, contentType };
}

/** A parameter of a header, quoted or not. Header texts have one character per byte. */
function readParameter(header: string, wanted: string): string | undefined {
  for (const [, name, quoted, plain] of header.matchAll(/;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g))
    if (name!.toLowerCase() === wanted) return quoted?.replace(/\\(["\\])/g, '$1') ?? plain;
  return undefined;
}

const boundaryOf = (contentType: string): string | undefined => readParameter(contentType, 'boundary');

const malformed = (): FormError => new FormError('malformed', 'the multipart body is malformed or ends early');
const tooLarge = (): FormError => new FormError('too-large', 'the form or one of its files is too large');
