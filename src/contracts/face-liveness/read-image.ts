import { decodePercents } from '../../platform/percent-decoding.js';
import { ImageFetchError } from '../../platform/safe-fetch/image-fetch-error.js';
import type { ImageFetcher } from '../../platform/safe-fetch/image-fetcher.js';
import type { ErrorName } from './errors.js';
import { restoreBase64 } from './restore-base64.js';

/** Why `faceImageBase` holds no picture. */
interface ReadFault {
  readonly error: ErrorName;
  /** for the log: names at most the host of a URL */
  readonly reason?: string;
  /** for the client */
  readonly hint?: string | undefined;
}

/** The bytes of `faceImageBase`, or the fault. */
export type ReadImage = { readonly bytes: Buffer } | ReadFault;

const fetchErrors = {
  'not-allowed': 'IMAGE_URL_NOT_ALLOWED',
  unreachable: 'IMAGE_URL_UNREACHABLE',
  'too-large': 'IMAGE_TOO_LARGE',
} as const;

/** Longest part of a data URL before its comma, in characters. */
const longestHead = 1024;

/**
 * Reads base64 (standard or URL-safe, with or without line breaks and padding), a data URL (RFC 2397, percent-encoded or not), or a
 * URL. The picture's format is taken from the bytes: public samples label a JPEG `data:image/png`.
 * @param sent the text, or its bytes where the parser of the body decoded it already
 * @param maxBytes maximum picture size
 * @param owner the account that asks
 */
export async function readImage(
  sent: string | Buffer,
  maxBytes: number,
  { fetcher, signal, owner }: { readonly fetcher: ImageFetcher; readonly signal: AbortSignal; readonly owner: string },
): Promise<ReadImage> {
  // Base64 contains no colon. The fetcher decides whether a scheme is allowed: only http(s), subject to its rules.
  if (typeof sent === 'string' && /^\s*(?!data:)[a-z][a-z\d+.-]*:/i.test(sent))
    return fetchImage(fetcher.fetch(sent.trim(), signal, owner));
  const bytes = typeof sent === 'string' ? readText(sent) : sent;
  if (bytes === undefined || bytes.length === 0)
    return { error: 'FAILED_TO_READ_IMAGE', reason: 'neither base64 nor a data URL' };
  return bytes.length > maxBytes ? { error: 'IMAGE_TOO_LARGE' } : { bytes };
}

const readText = (text: string): Buffer | undefined => (/^\s*data:/i.test(text) ? readDataUrl(text) : readBase64(text));

async function fetchImage(fetching: Promise<Buffer>): Promise<ReadImage> {
  try {
    return { bytes: await fetching };
  } catch (error) {
    if (error instanceof ImageFetchError) return { error: fetchErrors[error.code], reason: error.message, hint: error.hint };
    throw error;
  }
}

/** The data of a data URL; undefined if it is not one. */
function readDataUrl(text: string): Buffer | undefined {
  const comma = text.indexOf(',');
  if (comma < 0 || comma > longestHead) return undefined;
  const [head, data] = [text.slice(0, comma), text.slice(comma + 1)];
  if (/;\s*base64\s*$/i.test(head))
    return readBase64(data.includes('%') ? decodePercents(Buffer.from(data)).toString('latin1') : data);
  return decodePercents(Buffer.from(data.replace(/[\t\r\n]/g, '').trim()));
}

/**
 * Decodes base64; undefined if it is not valid. Node's own decoder skips unknown characters: invalid text must not become a damaged
 * picture.
 */
function readBase64(text: string): Buffer | undefined {
  const base64 = restoreBase64(text);
  const isValid = /^[A-Za-z0-9+/_-]+={0,2}$/.test(base64) && base64.replace(/=+$/, '').length % 4 !== 1;
  return isValid ? Buffer.from(base64, 'base64') : undefined;
}
