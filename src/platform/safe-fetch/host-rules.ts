import { isIP } from 'node:net';
import { ImageFetchError } from './image-fetch-error.js';

/** Which addresses a URL may resolve to: public ones only, or also private ones because the operator listed the host. */
export type Admission = 'public' | 'listed';

/** Checks scheme, host and port. Addresses are checked after the name has been resolved. */
export interface HostRules {
  /** @throws ImageFetchError `not-allowed` */
  admit(url: URL): Admission;
}

/** One entry of the list: `https:` or `http:`, a port in the form of `URL.port`, and a host or, for `*.suffix`, the suffix. */
interface ListedHost {
  readonly protocol: string;
  readonly port: string;
  readonly host: string;
  readonly wildcard: boolean;
}

/**
 * Parses TRIFACE_IMAGE_URL_HOSTS: `public`, `none`, or a comma-separated list of `host`, `host:port`, `*.suffix` (https) and
 * `http://host[:port]`. `*.suffix` matches every host below the suffix, but not the suffix itself.
 * @throws Error that names the invalid entry; no entry is ever skipped
 */
export function parseHostRules(setting: string): HostRules {
  const words = setting.split(',').map((word) => word.trim());
  if (words.length === 1 && words[0] === 'public') return { admit: admitPublic };
  if (words.length === 1 && words[0] === 'none') return { admit: refuse };
  const list = words.map(parseListedHost);
  return { admit: (url) => admitListed(url, list) };
}

/** The host of a URL, for log lines. WHATWG hosts contain no spaces, line breaks or control characters. */
export function nameHost(url: URL): string {
  return url.hostname.slice(0, 100) || 'a URL without host';
}

/** The host, without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function refuse(): never {
  throw new ImageFetchError('not-allowed', 'fetching pictures by URL is switched off');
}

function admitPublic(url: URL): Admission {
  if (url.protocol !== 'https:')
    throw new ImageFetchError('not-allowed', `only https is allowed, not ${url.protocol.slice(0, 20)}`);
  if (url.port !== '') throw new ImageFetchError('not-allowed', `only port 443 is allowed (${nameHost(url)})`);
  return 'public';
}

function admitListed(url: URL, list: readonly ListedHost[]): Admission {
  const listed = list.some(
    (entry) =>
      entry.protocol === url.protocol &&
      entry.port === url.port &&
      (entry.wildcard ? url.hostname.endsWith(`.${entry.host}`) : url.hostname === entry.host),
  );
  if (!listed) throw new ImageFetchError('not-allowed', `${nameHost(url)} is not on the list for this scheme and port`);
  return 'listed';
}

function parseListedHost(word: string): ListedHost {
  const [, scheme = 'https://', wildcard, rest = ''] = /^(https?:\/\/)?(\*\.)?(.*)$/i.exec(word) ?? [];
  const wrong = new Error(
    `TRIFACE_IMAGE_URL_HOSTS: "${word}" is not one of host, host:port, *.suffix, http://host[:port] (public and none stand alone)`,
  );
  // Only host and port may follow. A path, query or credentials would otherwise be ignored silently.
  if (rest === '' || /[/\\?#@*\s]/.test(rest) || /^(public|none)$/i.test(rest)) throw wrong;
  let url: URL;
  try {
    url = new URL(`${scheme}${rest}`);
  } catch {
    throw wrong;
  }
  const host = url.hostname.replace(/\.$/, '');
  if (host === '' || (wildcard && isIP(bareHost(url)) !== 0)) throw wrong;
  return { protocol: url.protocol, port: url.port, host, wildcard: wildcard !== undefined };
}
