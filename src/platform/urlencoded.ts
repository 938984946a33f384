import { decodeText } from './decode-text.js';
import { decodePercents } from './percent-decoding.js';

const PLUS = 0x2b;
const SPACE = 0x20;

/** Name of the field in which HTML forms declare their charset. */
const CHARSET_FIELD = '_charset_';

/**
 * Parses `application/x-www-form-urlencoded`.
 * @param charset of the content type; undefined: that of the field `_charset_`, or UTF-8
 * @returns texts by name; if a name is sent twice, the last value counts
 * @throws FormError `bad-text`, naming the field
 */
export function parseUrlencoded(body: Uint8Array, charset?: string): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of decodePairs(body, charset)) fields[name] = value;
  return fields;
}

/** As {@link parseUrlencoded}, but with every value of a name that is sent twice, in order. */
export function decodePairs(body: Uint8Array, charset?: string): [string, string][] {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const pairs = text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.indexOf('=');
      return end < 0 ? ([pair, ''] as const) : ([pair.slice(0, end), pair.slice(end + 1)] as const);
    });
  const declared = charset ?? pairs.find(([name]) => name === CHARSET_FIELD)?.[1] ?? undefined;
  return pairs.map(([encodedName, encodedValue]) => {
    const name = decodeText(unescapeBytes(encodedName), declared || undefined);
    return [name, decodeText(unescapeBytes(encodedValue), declared || undefined, name)];
  });
}

/**
 * Checks that a query's escapes are UTF-8. Parsers otherwise leave them, or replace them.
 * @throws FormError `bad-text`, naming the parameter
 */
export function checkQuery(url: string): void {
  const start = url.indexOf('?');
  // Escapes of ASCII characters, the usual ones, are valid.
  if (start < 0 || !/%[89a-f]/i.test(url.slice(start))) return;
  parseUrlencoded(Buffer.from(url.slice(start + 1)), 'utf-8');
}

/** @param text one character per byte */
function unescapeBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = bytes.indexOf(PLUS); at >= 0; at = bytes.indexOf(PLUS, at + 1)) bytes[at] = SPACE;
  return decodePercents(bytes);
}
