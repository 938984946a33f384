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
  if (hosts === 'public') return { admit: (url) => admitPublic(url, false) };
  if (hosts === 'public+http') return { admit: (url) => admitPublic(url, true) };
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

function admitPublic(url: URL, isHttpAllowed: boolean): Admission {
  if (url.protocol !== 'https:' && !isHttpAllowed) throw httpRefused(url);
  if (url.port !== '') throw new ImageFetchError('not-allowed', `only the default port is allowed (${nameHost(url)})`);
  return 'public';
}

/** Tells the client how to allow it: clients of the vendor send `http:` addresses, and the default refuses them. */
function httpRefused(url: URL): ImageFetchError {
  const hint =
    'Only https is allowed. The setting TRIFACE_IMAGE_URL_HOSTS allows http: for all hosts by public+http, for one by http://host.';
  return new ImageFetchError('not-allowed', `plain http is not allowed (${nameHost(url)})`, hint);
}

function admitListed(url: URL, list: readonly ListedHost[]): Admission {
  const named = list.filter((entry) => (entry.wildcard ? url.hostname.endsWith(`.${entry.host}`) : url.hostname === entry.host));
  const listed = named.some((entry) => entry.protocol === url.protocol && entry.port === url.port);
  if (!listed && named.some(({ protocol }) => protocol === 'https:') && url.protocol === 'http:') throw httpRefused(url);
  if (!listed) throw new ImageFetchError('not-allowed', `${nameHost(url)} is not on the list for this scheme and port`);
  return 'listed';
}
