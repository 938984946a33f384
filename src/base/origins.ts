/** Web origins that are allowed something: `*` for any, or the list of them (empty: none). */
export type Origins = '*' | readonly string[];

/**
 * Whether a text is the origin of a web page as browsers write it: http or https, lower case, without a default port. `null`, which
 * sandboxed pages and files send, is not one.
 */
export const isWebOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

/** Origins that have been named one by one, by clients. */
export interface NamedOrigins {
  /** @param clientId counts only this client's origins, if there is such a client */
  has(origin: string, clientId?: string): boolean;
}
