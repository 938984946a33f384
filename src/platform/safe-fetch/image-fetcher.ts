import type { Dispatcher } from 'undici';
import type { HostRules } from './host-rules.js';
import { ImageFetchError } from './image-fetch-error.js';
import { normalizeUrl, redirectTarget } from './image-url.js';
import { type Resolve, resolveChecked, resolveWithSystem } from './resolve-host.js';
import { Slots } from './slots.js';

/** Timers have a resolution of one millisecond, rounded either way. */
const timerTickMs = 2;

/** Options of {@link createImageFetcher}. */
export interface ImageFetcherOptions {
  /** which URLs may be fetched (see `makeHostRules`) */
  readonly rules: HostRules;
  /** milliseconds for the whole fetch: waiting for a slot, name resolution, connection, TLS, headers, body, redirects */
  readonly timeoutMs: number;
  /** largest body in bytes */
  readonly maxBytes: number;
  /** resolves names; by default the system's resolver */
  readonly resolve?: Resolve;
  /** PEM certificates to trust instead of Node's own list (a private CA) */
  readonly ca?: string;
  /** number of concurrent fetches and of concurrent look-ups; further fetches wait, further look-ups fail. Default 16 */
  readonly maxConcurrent?: number;
}

/** Fetches pictures by URL, without giving the URL's author access to hosts that only this server can reach. */
export interface ImageFetcher {
  /**
   * @param url untrusted; `http:` or `https:` as the rules allow, without credentials
   * @param signal ends the fetch early (the client has gone)
   * @param owner who wants the picture: an account whose fetches take long must not take them all
   * @returns the body, unchecked: 1 to `maxBytes` bytes
   * @throws ImageFetchError; never another error
   */
  fetch(url: string, signal?: AbortSignal, owner?: string): Promise<Buffer>;
  /** Ends all running fetches with `unreachable`, waits until their connections are closed, and rejects new ones. */
  close(): Promise<void>;
}

const maxRedirects = 3;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * Creates a fetcher. It resolves each host once, checks every address of the answer, and connects to these addresses only, so
 * that a host gains nothing by changing its DNS answer (DNS rebinding). Every redirect is checked in the same way.
 */
export function createImageFetcher(options: ImageFetcherOptions): ImageFetcher {
  const { rules, timeoutMs, maxBytes, resolve = resolveWithSystem, ca, maxConcurrent = 16 } = options;
  const slots = new Slots(maxConcurrent);
  const closing = new AbortController();
  const running = new Set<Promise<Buffer>>();
  let lookups = 0;

  /** Look-ups cannot be cancelled and the system runs few at once, so abandoned ones count until they return. */
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
    // Loaded on the first fetch: loading the HTTP client takes a tenth of a second, and many servers never fetch.
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

  async function fetch(text: string, callerSignal: AbortSignal | undefined, owner: string): Promise<Buffer> {
    const startedAt = performance.now();
    const url = normalizeUrl(text);
    rules.admit(url); // before waiting for a slot
    // Not AbortSignal.timeout: its timer does not keep the process alive, and a hanging look-up may be the only pending work.
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const signal = AbortSignal.any([deadline.signal, closing.signal, ...(callerSignal ? [callerSignal] : [])]);
    try {
      const giveBack = await slots.take(signal, owner);
      try {
        // The slot may have been released in the same timer tick in which this fetch expires, before its own timer has fired.
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
    fetch(url, signal, owner = '') {
      const work = fetch(url, signal, owner);
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

/** Reads a 2xx answer and counts its bytes. Compressed bodies are rejected, since their length does not limit the data. */
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

/** Waits for work that cannot be cancelled, until the signal is aborted. A later result is ignored. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** For example ` (ECONNREFUSED)`. Only the code of a library's error: its message contains addresses. */
function describeCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^\w+$/.test(code) ? ` (${code})` : '';
}
