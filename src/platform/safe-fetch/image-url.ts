import { nameHost } from './host-rules.js';
import { ImageFetchError } from './image-fetch-error.js';

/** Longest URL in characters; signed links of object stores stay below 3,000. */
const maxUrlLength = 8192;

/**
 * Reads a URL as browsers do (WHATWG): odd spellings of IPv4 (decimal, octal, hex, short, full-width digits) become dotted, hosts become
 * lower-case ASCII. Beyond that the final dot of a host goes, so that `host.` and `host` are one in lists, SNI and certificates.
 * @throws ImageFetchError `not-allowed` for what is no http(s) URL or carries credentials
 */
export function normalizeUrl(text: string, base?: URL): URL {
  if (text.length > maxUrlLength) throw new ImageFetchError('not-allowed', `the URL is longer than ${maxUrlLength} characters`);
  if (!URL.canParse(text, base?.href)) throw new ImageFetchError('not-allowed', 'the URL cannot be read');
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new ImageFetchError('not-allowed', 'only http and https URLs can be fetched');
  if (url.username !== '' || url.password !== '')
    throw new ImageFetchError('not-allowed', `the URL carries credentials (${nameHost(url)})`);
  if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
  url.hash = '';
  return url;
}

/**
 * Where a redirect points; as untrusted as the first URL.
 * @throws ImageFetchError
 */
export function redirectTarget(from: URL, location: string | string[] | undefined): URL {
  if (typeof location !== 'string' || location === '')
    throw new ImageFetchError('unreachable', `${nameHost(from)} redirects without saying where`);
  return normalizeUrl(location, from);
}
