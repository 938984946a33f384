import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

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
 * @returns the body, and its length if it was given
 * @throws AddressError; what the signal was aborted with
 */
export async function openAddress(
  address: string,
  { signal, allowHttp = false }: AddressOptions,
): Promise<{ readonly bytes: Readable; readonly length: number | undefined }> {
  let url = parseAddress(address, allowHttp);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await request(url, signal);
    const { statusCode: status = 0, headers } = response;
    if (status === 200) {
      const length = headers['content-length'];
      return { bytes: response, length: length === undefined ? undefined : Number(length) };
    }
    response.destroy();
    if (status < 300 || status >= 400 || headers.location === undefined)
      throw new AddressError(`the download failed (HTTP ${status})`, status >= 500 || status === 429, status);
    const next = parseAddress(new URL(headers.location, url).href, allowHttp);
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new AddressError('it redirects from https to http', false);
    url = next;
  }
  throw new AddressError(`it redirects more than ${maxRedirects} times`, false);
}

/** @throws AddressError if nothing answers; what the signal was aborted with */
async function request(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  // Node's own client: undici 7 ends the process when a server closes the connection before its body was read.
  const { get } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const agent = loopback.has(url.hostname) ? false : (await import('@npmcli/agent')).getAgent(url, { keepAlive: false });
  const headers = { 'accept-encoding': 'identity', 'user-agent': 'triface' };
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent, signal, headers }, resolve).on('error', reject);
  });
  return response.catch((error: unknown) => {
    signal.throwIfAborted();
    throw new AddressError(`the download failed (${describeFailure(error)})`, true, undefined, { cause: error });
  });
}

/** The system's code of a failed request or body, or what there is instead. */
export const describeFailure = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? (error as Error).message;

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
