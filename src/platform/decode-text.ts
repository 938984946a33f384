import { TextDecoder } from 'node:util';
import { FormError } from './form-error.js';

/** Longest name of a field in a message, in characters. */
const MAX_SHOWN_NAME = 64;

/** The labels of US-ASCII, which TextDecoder takes for windows-1252. */
const ascii = new Set(['us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso-ir-6', 'iso646-us', 'csascii']);

/**
 * Decodes a client's bytes. Nothing is replaced: two different texts must not become one.
 * @param charset as declared; the labels of the WHATWG Encoding Standard
 * @param field whose value it is; undefined: the whole body
 * @throws FormError `bad-text`, naming the field
 */
export function decodeText(bytes: Uint8Array, charset = 'utf-8', field?: string): string {
  const label = charset.trim().toLowerCase();
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label === 'utf-16' && isBigEndian(bytes) ? 'utf-16be' : label, { fatal: true });
  } catch {
    throw new FormError('bad-text', `${subject(field)} has a charset that is not supported; send UTF-8`, field);
  }
  try {
    if (ascii.has(label) && bytes.some((byte) => byte > 0x7f)) throw new TypeError('not ASCII');
    return decoder.decode(bytes);
  } catch {
    const fault = `is not valid ${decoder.encoding === 'utf-8' ? 'UTF-8' : 'in its charset'}`;
    throw new FormError('bad-text', `${subject(field)} ${fault}; send UTF-8, or declare the charset`, field);
  }
}

/** @throws FormError `bad-text` if a text from JSON has half of a surrogate pair, which UTF-8 cannot represent */
export function checkWellFormed(text: string, field?: string): void {
  if (!/\p{Surrogate}/u.test(text)) return;
  throw new FormError('bad-text', `${subject(field)} contains half of a surrogate pair, which is not a character`, field);
}

/** The charset parameter of a content type; undefined if there is none. */
export const charsetOf = (contentType: string): string | undefined =>
  /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]+))/i
    .exec(contentType)
    ?.slice(1)
    .find((value) => value !== undefined);

/** "UTF-16" without a byte order is little-endian to browsers, but a mark at the start decides. */
const isBigEndian = (bytes: Uint8Array): boolean => bytes[0] === 0xfe && bytes[1] === 0xff;

const subject = (field: string | undefined): string =>
  field === undefined ? 'the body' : `the field ${JSON.stringify(field.slice(0, MAX_SHOWN_NAME))}`;
