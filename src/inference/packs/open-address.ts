import { Readable } from 'node:stream';
import type { Response } from 'undici';

/** Why an address gave nothing. `message` continues a sentence that names the pack. */
export class AddressError extends Error {
  override name = 'AddressError';

  /**
   * @param isTransient whether another attempt may succeed
   * @param status of the HTTP response, if there was one
   */
  constructor(
    message: string,
    readonly isTransient: boolean,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const maxRedirects = 5;

/** How an address is opened. */
export interface AddressOptions {
  /** aborts the request and the body */
  readonly signal: AbortSignal;
  /** allow plain http to other machines: for content that is compared with a pinned hash */
  readonly allowHttp?: boolean;
}

/**
 * Sends a GET and follows redirects, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name.
 * @returns the body, and its length if it was given and the body is not compressed
 * @throws AddressError; what the signal was aborted with
 */
export async function openAddress(
  address: string,
  { signal, allowHttp = false }: AddressOptions,
): Promise<{ readonly bytes: Readable; readonly length: number | undefined }> {
  let url = parseAddress(address, allowHttp);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await request(url, signal);
    const target = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && target !== null) {
      await response.body?.cancel();
      const next = parseAddress(new URL(target, url).href, allowHttp);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new AddressError('it redirects from https to http', false);
      url = next;
      continue;
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      const { status } = response;
      throw new AddressError(`the download failed (HTTP ${status})`, status >= 500 || status === 429, status);
    }
    const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
    return { bytes: Readable.fromWeb(response.body as never), length: length === null ? undefined : Number(length) };
  }
  throw new AddressError(`it redirects more than ${maxRedirects} times`, false);
}

/** @throws AddressError if nothing answers; what the signal was aborted with */
async function request(url: URL, signal: AbortSignal): Promise<Response> {
  // Loaded only here: most commands that import this need no network.
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const through = loopback.has(url.hostname) ? {} : { dispatcher: new EnvHttpProxyAgent() };
  return fetch(url, { redirect: 'manual', signal, ...through }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new AddressError(`the download failed (${describeFailure(error)})`, true, undefined, { cause: error });
  });
}

/** The system's code of a failed request or body, or what there is instead. */
export function describeFailure(error: unknown): string {
  const { code, cause, message } = error as Error & { code?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? code ?? cause?.message ?? message;
}

/** Parses a URL. https is allowed anywhere, http only to this machine (local servers, tests) unless it is allowed. */
function parseAddress(address: string, allowHttp: boolean): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.protocol === 'http:' && (allowHttp || loopback.has(url.hostname));
  if (!url || !(url.protocol === 'https:' || isPlain))
    throw new AddressError(
      allowHttp ? 'only http and https URLs are allowed' : 'only https URLs are allowed (http only to this machine)',
      false,
    );
  if (url.username || url.password)
    throw new AddressError('URLs with a user name or password are not supported; download the files to a folder instead', false);
  return url;
}
