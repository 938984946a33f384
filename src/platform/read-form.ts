import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { findWrittenNumbers, isMultipart } from './body-parsers.js';
import { charsetOf, decodeText } from './decode-text.js';
import { type FieldType, fieldTypesOf, saysNothing } from './field-types.js';
import { FormError } from './form-error.js';
import { readJsonText } from './json-text.js';
import { type FormPart, readMultipart } from './multipart.js';

/** Bytes allowed for the text fields and part headers of a form, on top of its files. */
export const formOverhead = 1_048_576;

/** Maximum sizes of a form's files, in bytes. */
export interface FileLimits {
  readonly named: Readonly<Record<string, number>>;
  readonly others: number;
  /** fields that take a picture besides those of the operation's schema */
  readonly aliases?: readonly string[];
}

/**
 * The content of a form. If a name is sent twice, the last value counts. Fields that say nothing count as absent: empty file inputs,
 * and, if they do not take any text, blank ones and the words `undefined` and `null`.
 */
export interface Form {
  /** texts, exactly as sent; also those that were sent for a file */
  readonly fields: ReadonlyMap<string, string>;
  /** files, whole */
  readonly files: ReadonlyMap<string, Buffer>;
}

/**
 * Reads a form of any of the three kinds that clients send: multipart, urlencoded, or a flat JSON object. The last two are parsed
 * already (body-parsers.ts). Whether a field is a file is decided by the operation's schema (`config.form`): many libraries send files
 * without a filename.
 * @param limits default: of each file `TRIFACE_MAX_IMAGE_BYTES`
 * @throws FormError
 */
export async function readForm(request: FastifyRequest, limits?: FileLimits): Promise<Form> {
  const types = new Map(fieldTypesOf(request.routeOptions.config.form));
  for (const name of limits?.aliases ?? []) types.set(name, 'file');
  // The body limit is that of the largest picture, and what a form needs beside it.
  const others = limits?.others ?? request.server.initialConfig.bodyLimit! - formOverhead;
  const form = isMultipart(request)
    ? readParts(
        await readMultipart(request, {
          isFile: (name) => (types.has(name) ? types.get(name) === 'file' : undefined),
          fileBytes: (name) => limits?.named[name] ?? others,
        }),
      )
    : readParsedBody(request.body, findWrittenNumbers(request));
  return dropNothings(form, types);
}

function dropNothings({ fields, files }: Form, types: ReadonlyMap<string, FieldType>): Form {
  const said = [...fields].filter(([name, text]) => (types.get(name) ?? 'text') === 'text' || !saysNothing(text));
  return { fields: new Map(said), files };
}

/** Name of the field in which HTML forms declare the charset of their texts (RFC 7578, 4.6). */
const CHARSET_FIELD = '_charset_';

function readParts(sent: readonly FormPart[]): Form {
  const parts = sent.filter((part) => !isEmptyInput(part));
  const texts = parts.filter((part) => !part.isFile || isTextForFile(part));
  const declared = texts.find(({ name }) => name === CHARSET_FIELD)?.bytes.toString('latin1') || undefined;
  const fields = new Map<string, string>();
  for (const part of texts) {
    const text = readText(part, declared);
    if (text === undefined) fields.delete(part.name);
    else fields.set(part.name, text);
  }
  const files = parts.filter((part) => !texts.includes(part)).map(({ name, bytes }) => [name, bytes] as const);
  return { fields, files: new Map(files) };
}

/** What browsers send for a file input without a file. */
const isEmptyInput = ({ isFile, filename, bytes }: FormPart): boolean => isFile && filename === '' && bytes.length === 0;

/** Whether somebody sent a text where a file is due. With a filename, or as another type than text, it is a file. */
function isTextForFile({ filename, contentType, bytes }: FormPart): boolean {
  if (filename !== undefined || !/^\s*(text\/plain|application\/json)?\s*(;|$)/i.test(contentType)) return false;
  return isUtf8(bytes) && !/[^\P{Cc}\t\r\n]/u.test(bytes.toString('utf8'));
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
  // No body at all is a form without fields, as in Django and Spring.
  if (body === undefined) return { fields: new Map(), files: new Map() };
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new FormError('not-a-form', 'a form was expected');
  const values = Object.entries(body).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return { fields: new Map(values.map(([name, value]) => [name, numbers.get(name) ?? String(value)])), files: new Map() };
}
