import { isIP, type LookupFunction } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { normalizeAddress } from './address-reach.js';

/**
 * Headers of every GET: no cookies, no credentials, and no compression, because a small body could decompress to more than the
 * limit.
 */
const headers = {
  accept: 'image/jpeg, image/png, image/webp, image/*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'triface-image-fetcher',
};

/** Options of one request. */
export interface PinnedRequestOptions {
  /** PEM certificates to trust instead of Node's own list */
  readonly ca?: string | undefined;
  /** milliseconds for the connection; the signal limits everything else */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends one GET over a new connection to one of the given addresses, passes the response to `use`, and closes the connection in
 * every case. Does not follow redirects and ignores proxies set in the environment. The Host header, SNI and the certificate
 * check use the URL's host name.
 * @param addresses checked addresses of the URL's host; the name is not resolved again
 */
export async function requestPinned<T>(
  url: URL,
  addresses: readonly string[],
  options: PinnedRequestOptions,
  use: (response: Dispatcher.ResponseData) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const client = new Client(url.origin, { connect: connectOnlyTo(addresses, options, signal), allowH2: false, pipelining: 0 });
  try {
    const response = await client.request({ method: 'GET', path: `${url.pathname}${url.search}`, headers, signal });
    // The body emits an error when the connection is closed below. Code that still reads the body gets the error from the read.
    response.body.on('error', () => {});
    return await use(response);
  } finally {
    // Client.destroy leaves a connection attempt running until its time-out. The signal ends it at once.
    ended.abort();
    await client.destroy();
  }
}

/** Creates a connector that resolves every name to the checked addresses and rejects a connection to any other address. */
function connectOnlyTo(
  addresses: readonly string[],
  { ca, connectTimeoutMs }: PinnedRequestOptions,
  signal: AbortSignal,
): buildConnector.connector {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_hostname, { all }, callback) => {
    if (all) callback(null, answers);
    else callback(null, answers[0]!.address, answers[0]!.family);
  };
  // `signal` and `autoSelectFamily` are socket options. undici passes them on, but its types lack some of them.
  const sockets = { lookup, signal, autoSelectFamily: true, ...(ca === undefined ? {} : { ca }) };
  const connect = buildConnector({ ...sockets, timeout: connectTimeoutMs, maxCachedSessions: 0 } as buildConnector.BuildOptions);
  const checked = new Set(addresses.map(normalizeAddress));
  return (target, callback) =>
    connect(target, (...[error, socket]) => {
      if (error) return callback(error, null);
      const remote = socket!.remoteAddress;
      if (remote !== undefined && checked.has(normalizeAddress(remote))) return callback(null, socket!);
      socket!.destroy();
      callback(new Error('connected to an address that was not checked'), null);
    });
}
