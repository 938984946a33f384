import type { Dispatcher } from 'undici';
import type { HostRules } from './host-rules.js';
import { ImageFetchError } from './image-fetch-error.js';
import { normalizeUrl, redirectTarget } from './image-url.js';
import { type Resolve, resolveChecked, resolveWithSystem } from './resolve-host.js';
import { Slots } from './slots.js';

/** Timers count whole milliseconds. */
const timerTickMs = 2;

/** How pictures may be fetched. */
export interface ImageFetcherOptions {
  /** which URLs may be fetched (see `makeHostRules`) */
  readonly rules: HostRules;
  /** milliseconds for everything: waiting for a turn, name, connection, TLS, headers, body, redirects */
  readonly timeoutMs: number;
  /** largest body in bytes */
  readonly maxBytes: number;
  /** how names become addresses; by default the system's resolver */
  readonly resolve?: Resolve;
  /** PEM certificates to trust instead of Node's own list (an authority of the house) */
  readonly ca?: string;
  /** fetches at once, and look-ups at once; the next ones wait (fetches) or fail (look-ups). Default 16 */
  readonly maxConcurrent?: number;
}

/** Fetches pictures by URL without letting the URL's author reach what only this server can reach. */
export interface ImageFetcher {
  /**
   * @param url from a stranger; `http:` or `https:` as the rules allow, without credentials
   * @param signal ends the fetch early (the client has gone)
   * @returns the body, unjudged: 1 to `maxBytes` bytes
   * @throws ImageFetchError and nothing else
   */
  fetch(url: string, signal?: AbortSignal): Promise<Buffer>;
  /** Ends every running fetch with `unreachable`, waits for their connections to close, and refuses further ones. */
  close(): Promise<void>;
}

const maxRedirects = 3;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * Makes a fetcher. Each host is resolved here, each address of the answer checked, and the connection goes to those addresses only, so
 * that a name which changes its answer gains nothing. Each redirect is checked again.
 */
export function createImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  const { rules, timeoutMs, maxBytes, resolve = resolveWithSystem, ca, maxConcurrent = 16 } = options;
  const slots = new Slots(maxConcurrent);
  const closing = new AbortController();
  const running = new Set<Promise<Buffer>>();
  let lookups = 0;

  /** Look-ups cannot be cancelled, and the system makes few at once: those that were given up on count until they come back. */
  const resolveBounded: Resolve = async (hostname) => {
    if (lookups >= maxConcurrent) throw new ImageFetchError('unreachable', 'too many name look-ups are under way');
    lookups++;
    try {
      return await resolve(hostname);
    } finally {
      lookups--;
    }
  };

  async function follow(start: URL, startedAt: number, signal: AbortSignal): Promise<Buffer> {
    // Loaded with the first fetch: many servers fetch nothing, and the HTTP client takes a tenth of a second.
    const { requestPinned } = await import('./pinned-request.js');
    let url = start;
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const admission = rules.admit(url);
      const addresses = await unlessAborted(resolveChecked(url, admission, resolveBounded), signal);
      const connectTimeoutMs = Math.max(1, timeoutMs - (performance.now() - startedAt));
      const next = await requestPinned(url, addresses, { ca, connectTimeoutMs, signal }, async (response) =>
        redirectStatuses.has(response.statusCode) ? redirectTarget(url, response.headers.location) : readBody(response, maxBytes),
      );
      if (Buffer.isBuffer(next)) return next;
      url = next;
    }
    throw new ImageFetchError('unreachable', `more than ${maxRedirects} redirects`);
  }

  async function fetch(text: string, callerSignal?: AbortSignal): Promise<Buffer> {
    const startedAt = performance.now();
    const url = normalizeUrl(text);
    rules.admit(url); // before waiting for a turn
    // Not AbortSignal.timeout: its timer does not keep the process alive, and a hanging look-up may be all there is.
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const signal = AbortSignal.any([deadline.signal, closing.signal, ...(callerSignal ? [callerSignal] : [])]);
    try {
      const giveBack = await slots.take(signal);
      try {
        // The slot may have come with the very timer tick that ends this fetch, too: its own timer is only about to say so.
        if (performance.now() - startedAt > timeoutMs - timerTickMs) deadline.abort();
        signal.throwIfAborted();
        return await follow(url, startedAt, signal);
      } finally {
        giveBack();
      }
    } catch (error) {
      if (error instanceof ImageFetchError) throw error;
      if (deadline.signal.aborted) throw new ImageFetchError('unreachable', `no picture within ${timeoutMs} ms`);
      if (signal.aborted) throw new ImageFetchError('unreachable', 'the fetch was given up');
      throw new ImageFetchError('unreachable', `the picture could not be fetched${describeCode(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    fetch(url, signal) {
      const work = fetch(url, signal);
      running.add(work);
      const forget = () => running.delete(work);
      work.then(forget, forget);
      return work;
    },
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

/** Reads a 2xx answer, counting while it comes. Only plain bytes: what is compressed cannot be bounded by its length. */
async function readBody({ statusCode, headers, body }: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  if (statusCode < 200 || statusCode > 299) throw new ImageFetchError('unreachable', `the host answered ${statusCode}`);
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== '') throw new ImageFetchError('unreachable', 'the host sent a compressed body');
  if (Number(headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  if (size === 0) throw new ImageFetchError('unreachable', 'the host sent an empty body');
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): ImageFetchError {
  return new ImageFetchError('too-large', `the picture has more than ${maxBytes} bytes`);
}

/** Waits for work that cannot be cancelled; its late end is of no interest. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** ` (ECONNREFUSED)`: the code of a library's error, never its message, which carries addresses. */
function describeCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^\w+$/.test(code) ? ` (${code})` : '';
}
