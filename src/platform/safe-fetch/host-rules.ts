import type { ImageHosts, ListedHost } from '../../base/settings/image-hosts.js';
import { ImageFetchError } from './image-fetch-error.js';

/** Which addresses a URL may resolve to: public ones only, or also private ones because the operator listed the host. */
export type Admission = 'public' | 'listed';

/** Checks scheme, host and port. Addresses are checked after the name has been resolved. */
export interface HostRules {
  /** @throws ImageFetchError `not-allowed` */
  admit(url: URL): Admission;
}

/** The rules for the hosts of a setting. */
export function makeHostRules(hosts: ImageHosts): HostRules {
  if (hosts === 'public') return { admit: admitPublic };
  if (hosts === 'none') return { admit: refuse };
  return { admit: (url) => admitListed(url, hosts) };
}

/** The host of a URL, for log lines. WHATWG hosts contain no spaces, line breaks or control characters. */
export function nameHost(url: URL): string {
  return url.hostname.slice(0, 100) || 'a URL without host';
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
