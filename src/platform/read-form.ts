import type { FastifyRequest } from 'fastify';
import { findWrittenNumbers } from './body-parsers.js';
import { charsetOf, decodeText } from './decode-text.js';
import { FormError } from './form-error.js';
import { readJsonText } from './json-text.js';
import { type FormPart, readMultipart } from './multipart.js';

/** Bytes allowed for the text fields and part headers of a form, on top of its files. */
export const formOverhead = 1_048_576;

/** Maximum sizes of a form's files, in bytes. */
export interface FileLimits {
  readonly named: Readonly<Record<string, number>>;
  readonly others: number;
}

/** The content of a form. If a name is sent twice, the last value counts. */
export interface Form {
  /** text fields, exactly as sent */
  readonly fields: ReadonlyMap<string, string>;
  /** files, whole */
  readonly files: ReadonlyMap<string, Buffer>;
}

/**
 * Reads a form of any of the three kinds that clients send: multipart, urlencoded, or a flat JSON object. The last two are parsed
 * already (body-parsers.ts).
 * @param limits default: of each file `TRIFACE_MAX_IMAGE_BYTES`
 * @param limits for forms with files that may be larger than `TRIFACE_MAX_IMAGE_BYTES`
 * @throws FormError
 */
export async function readForm(request: FastifyRequest, limits?: FileLimits): Promise<Form> {
  if (!request.isMultipart()) return readParsedBody(request.body, findWrittenNumbers(request));
  // The body limit is that of the largest picture, and what a form needs beside it.
  const others = limits?.others ?? request.server.initialConfig.bodyLimit! - formOverhead;
  return readParts(await readMultipart(request, { fileBytes: (name) => limits?.named[name] ?? others }));
}

/** Name of the field in which HTML forms declare the charset of their texts (RFC 7578, 4.6). */
const CHARSET_FIELD = '_charset_';

function readParts(parts: readonly FormPart[]): Form {
  const texts = parts.filter(({ isFile }) => !isFile);
  const declared = texts.find(({ name }) => name === CHARSET_FIELD)?.bytes.toString('latin1') || undefined;
  const fields = new Map<string, string>();
  for (const part of texts) {
    const text = readText(part, declared);
    if (text === undefined) fields.delete(part.name);
    else fields.set(part.name, text);
  }
  const files = parts.filter(({ isFile }) => isFile).map(({ name, bytes }) => [name, bytes] as const);
  return { fields, files: new Map(files) };
}

/** @returns undefined for JSON's null */
function readText({ name, bytes, contentType }: FormPart, declared: string | undefined): string | undefined {
  if (!/^\s*application\/json\s*(;|$)/i.test(contentType)) return decodeText(bytes, charsetOf(contentType) ?? declared, name);
  const source = decodeText(bytes, charsetOf(contentType), name);
  try {
    return readJsonText(source, name);
  } catch (error) {
    if (error instanceof FormError) throw error;
    throw new FormError('bad-text', `the field ${JSON.stringify(name.slice(0, 64))} is not valid JSON`, name);
  }
}

function readParsedBody(body: unknown, numbers: ReadonlyMap<string, string> = new Map()): Form {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new FormError('not-a-form', 'a form was expected');
  const values = Object.entries(body).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return { fields: new Map(values.map(([name, value]) => [name, numbers.get(name) ?? String(value)])), files: new Map() };
}
