/** How a stored redirect URI is marked that stands for every path below it. */
const PREFIX_MARK = '/*';

/** Whether a stored redirect URI stands for every path below it: it ends in `/*`. */
export const isPrefix = (uri: string): boolean => uri.endsWith(PREFIX_MARK);

/** The stored form of a prefix. @param prefix ends in `/` */
export const toPrefixEntry = (prefix: string): string => `${prefix}*`;

/** Whether a redirect URI points to a program on the user's own machine. Any port of it matches (RFC 8252, 7.3). */
export function isLoopback(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/** Whether the browser hands a redirect URI to an app that has registered its scheme (RFC 8252, 7.1). */
export const isPrivateUse = (uri: string): boolean => !['http:', 'https:'].includes(new URL(uri).protocol);

/** Whether a client that registered these URIs may receive responses at `uri`. @param registered as stored */
export const isRegistered = (registered: readonly string[], uri: string): boolean =>
  registered.some((entry) => (isPrefix(entry) ? isBelow(entry.slice(0, -1), uri) : isSame(entry, uri)));

function isSame(entry: string, uri: string): boolean {
  if (uri === entry) return true;
  const [ours, theirs] = [splitLoopback(entry), splitLoopback(uri)];
  return ours !== undefined && theirs !== undefined && theirs.host === ours.host && theirs.rest === ours.rest;
}

/** @param prefix as checked at registration: in the form that browsers give it */
function isBelow(prefix: string, uri: string): boolean {
  if (!isAsBrowsersWriteIt(uri, prefix)) return false;
  const [registered, asked] = [new URL(prefix), new URL(uri)];
  const isSameOrigin = isLoopback(prefix)
    ? isLoopback(uri) && asked.hostname === registered.hostname
    : asked.origin === registered.origin;
  return isSameOrigin && asked.pathname.startsWith(registered.pathname) && isPlainPath(asked.pathname);
}

/**
 * Whether the text is exactly what browsers make of it, so that the address that is compared is the address that is visited, and
 * has no credentials. Case, default ports, dots, backslashes, tabs and other alphabets are refused here. The root may lack its slash, as in
 * `location.origin`.
 */
function isAsBrowsersWriteIt(uri: string, prefix: string): boolean {
  // Browsers keep a backslash in a query, but not every program that reads the address later does.
  if (!/^[\x21-\x7e]+$/.test(uri) || /[\\#]/.test(uri) || !URL.canParse(uri)) return false;
  const { href, origin, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return href === uri || (uri === origin && new URL(prefix).pathname === '/');
}

/**
 * Whether every program reads the same segments in a path: none is empty but the last, and none contains dots, slashes or control
 * characters in disguise (percent-encoded once or more, full-width, or before a `;`, which some servers cut off).
 * @param path as browsers write it
 */
export function isPlainPath(path: string): boolean {
  const segments = path.slice(1).split('/');
  return segments.every((segment, at) => {
    const text = decodeWholly(segment)?.normalize('NFKC');
    if (text === undefined || (text === '' && at < segments.length - 1)) return false;
    return !/[/\\\p{C}\p{Zl}\p{Zp}]/u.test(text) && !/^\.{1,2}$/.test(text.split(';')[0]!.trim());
  });
}

/** Decodes until nothing is left to decode. @returns `undefined` if it is not UTF-8 or encoded many times */
function decodeWholly(text: string): string | undefined {
  let current = text;
  for (let round = 0; round < 4; round++) {
    if (!current.includes('%')) return current;
    try {
      current = decodeURIComponent(current);
    } catch {
      // A percent sign that was itself encoded, as in `100%25`, is a text.
      return round === 0 || /%[0-9a-f]{2}/i.test(current) ? undefined : current;
    }
  }
  return undefined;
}

/** A loopback URI without its port. */
function splitLoopback(uri: string): { host: string; rest: string } | undefined {
  const [, host, rest = ''] = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?([/?][\x21-\x7e]*)?$/.exec(uri) ?? [];
  return host !== undefined && URL.canParse(uri) ? { host, rest } : undefined;
}
