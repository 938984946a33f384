import { ImageFetchError } from '../../platform/safe-fetch/image-fetch-error.js';
import type { ImageFetcher } from '../../platform/safe-fetch/image-fetcher.js';
import type { ErrorName } from './errors.js';

/** The bytes of `faceImageBase`, or the error name. */
export type ReadImage = { readonly bytes: Buffer } | { readonly error: ErrorName };

const fetchErrors = {
  'not-allowed': 'IMAGE_URL_NOT_ALLOWED',
  unreachable: 'IMAGE_URL_UNREACHABLE',
  'too-large': 'IMAGE_TOO_LARGE',
} as const;

/**
 * Reads base64 (standard or URL-safe, with or without line breaks and padding), a data URL, or a URL. The picture's format is
 * taken from the bytes: public samples label a JPEG `data:image/png`.
 * @param maxBytes maximum picture size
 * @param owner the account that asks
 */
export async function readImage(
  text: string,
  maxBytes: number,
  { fetcher, signal, owner }: { readonly fetcher: ImageFetcher; readonly signal: AbortSignal; readonly owner: string },
): Promise<ReadImage> {
  // Base64 contains no colon. The fetcher decides whether a scheme is allowed: only http(s), subject to its rules.
  if (/^\s*(?!data:)[a-z][a-z\d+.-]*:/i.test(text)) return fetchImage(fetcher.fetch(text.trim(), signal, owner));
  const base64 = takeBase64(text);
  if (base64 === undefined) return { error: 'FAILED_TO_READ_IMAGE' };
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length > maxBytes ? { error: 'IMAGE_TOO_LARGE' } : { bytes };
}

async function fetchImage(fetching: Promise<Buffer>): Promise<ReadImage> {
  try {
    return { bytes: await fetching };
  } catch (error) {
    if (error instanceof ImageFetchError) return { error: fetchErrors[error.code] };
    throw error;
  }
}

/**
 * The base64 part without white space; undefined if it is not valid base64. Node's own decoder skips unknown characters: invalid
 * text must not become a damaged picture.
 */
function takeBase64(text: string): string | undefined {
  const dataUrl = /^\s*data:[^,]{0,256};base64,/i.exec(text);
  const body = dataUrl ? text.slice(dataUrl[0].length) : text;
  const dense = /\s/.test(body) ? body.replace(/\s+/g, '') : body;
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(dense) && dense.replace(/=+$/, '').length % 4 !== 1 ? dense : undefined;
}
