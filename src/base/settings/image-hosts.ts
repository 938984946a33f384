import { isIP } from 'node:net';
import { SettingError } from './setting-error.js';

/** One entry of a list: `https:` or `http:`, a port as `URL.port` has it, and a host or (for `*.suffix`) its ending. */
export interface ListedHost {
  readonly protocol: string;
  readonly port: string;
  readonly host: string;
  readonly wildcard: boolean;
}

/** Hosts from which pictures may be fetched: every public one by https, or also by plain http, none, or those of a list. */
export type ImageHosts = (typeof words)[number] | readonly ListedHost[];

const words = ['public', 'public+http', 'none'] as const;

/**
 * Reads `public`, `public+http`, `none`, or a comma-separated list of `host`, `host:port`, `*.suffix` (https) and `http://host[:port]`.
 * `*.suffix` stands for every host below the suffix, not for the suffix itself.
 * @throws SettingError naming the entry that cannot be read, even if the others can
 */
export function parseImageHosts(text: string): ImageHosts {
  const word = words.find((word) => word === text.trim());
  return word ?? text.split(',').map((entry) => parseListedHost(entry.trim()));
}

/** The host of a URL without the brackets of IPv6. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function parseListedHost(word: string): ListedHost {
  const [, scheme = 'https://', wildcard, rest = ''] = /^(https?:\/\/)?(\*\.)?(.*)$/i.exec(word) ?? [];
  const wrong = new SettingError(
    `"${word}" is not one of host, host:port, *.suffix, http://host[:port] (public, public+http and none stand alone)`,
  );
  // Only host and port may follow: a path, query or credentials would be silently ignored otherwise.
  if (rest === '' || /[/\\?#@*\s]/.test(rest) || words.some((other) => other === rest.toLowerCase())) throw wrong;
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
