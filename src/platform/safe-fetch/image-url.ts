import { nameHost } from './host-rules.js';
import { ImageFetchError } from './image-fetch-error.js';

/** Longest URL in characters; signed links of object stores stay below 3,000. */
const maxUrlLength = 8192;

/**
 * Parses a URL as browsers do (WHATWG): unusual spellings of IPv4 (decimal, octal, hexadecimal, short, full-width digits) become
 * dotted, hosts become lower-case ASCII. In addition, the final dot of a host is removed, so that `host.` and `host` are the same
 * in lists, SNI and certificates.
 * @throws ImageFetchError `not-allowed` if it is not an http(s) URL or contains credentials
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
 * The target of a redirect. It is no more trusted than the first URL.
 * @throws ImageFetchError
 */
export function redirectTarget(from: URL, location: string | string[] | undefined): URL {
  if (typeof location !== 'string' || location === '')
    throw new ImageFetchError('unreachable', `${nameHost(from)} redirects without saying where`);
  return normalizeUrl(location, from);
}
