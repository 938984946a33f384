/**
 * Why the fetch failed:
 * - `not-allowed`: the operator does not allow the URL, a redirect target or an address of the host;
 * - `unreachable`: the name does not resolve, the connection fails or ends early, the certificate is invalid, the status is not
 *   2xx, or the time is up;
 * - `too-large`: the announced or received body exceeds the limit.
 */
export type ImageFetchCode = 'not-allowed' | 'unreachable' | 'too-large';

/**
 * The only error `ImageFetcher.fetch` throws. `message` is for the log: it names at most the host, never a path, a query string,
 * credentials or the address behind the host. It deliberately has no `cause`, since causes contain these.
 */
export class ImageFetchError extends Error {
  override name = 'ImageFetchError';

  constructor(
    readonly code: ImageFetchCode,
    message: string,
    /** what the client may be told beyond the code; absent: nothing */
    readonly hint?: string,
  ) {
    super(message);
  }
}
