/**
 * Why no picture came:
 * - `not-allowed`: the URL, a redirect of it or an address behind it is outside what the operator allows;
 * - `unreachable`: no name, no connection, no valid certificate, no 2xx answer, not in time, or cut off;
 * - `too-large`: more bytes than allowed, announced or sent.
 */
export type ImageFetchCode = 'not-allowed' | 'unreachable' | 'too-large';

/**
 * The only error `ImageFetcher.fetch` throws. `message` is for the log: it names at most the host, never a path, a query string,
 * credentials or the address behind the host. It has no `cause` on purpose: causes carry those.
 */
export class ImageFetchError extends Error {
  override name = 'ImageFetchError';

  constructor(
    readonly code: ImageFetchCode,
    message: string,
  ) {
    super(message);
  }
}
