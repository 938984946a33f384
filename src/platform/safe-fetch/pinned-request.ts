import { isIP, type LookupFunction } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { normalizeAddress } from './address-reach.js';

/** One GET: no cookies, no credentials, no compression (a small body that unpacks to a large one would pass the byte count). */
const headers = {
  accept: 'image/jpeg, image/png, image/webp, image/*;q=0.5',
  'accept-encoding': 'identity',
  'user-agent': 'triface-image-fetcher',
};

/** How one request is made. */
export interface PinnedRequestOptions {
  /** PEM certificates to trust instead of Node's own list */
  readonly ca?: string | undefined;
  /** milliseconds for the connection; the signal ends everything else */
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends one GET over one new connection that can only go to the given addresses, hands the answer to `use`, and closes the connection
 * however that ends. Follows no redirect and reads no proxy from the environment. Host header, SNI and certificate go by the URL's host name.
 * @param addresses checked addresses of the URL's host; no look-up is made
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
    // The body fails by itself when the connection is closed below; whoever still reads it sees the error there.
    response.body.on('error', () => {});
    return await use(response);
  } finally {
    // Client.destroy leaves a connection that is still being made to its time-out; the signal ends that one too.
    ended.abort();
    await client.destroy();
  }
}

/** A connector whose look-up is the checked list, and which refuses a connection that nevertheless went elsewhere. */
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
  // `signal` and `autoSelectFamily` are options of the sockets, which undici passes on and its types do not all know.
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
