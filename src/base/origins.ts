/** Web origins that are allowed something: `*` for any, or the list of them (empty: none). */
export type Origins = '*' | readonly string[];

/** Whether pages of an origin are allowed. @param origin as in the `Origin` header; absent: the request has none */
export const isAllowed = (origins: Origins, origin: string | undefined): boolean =>
  origins === '*' || (origin !== undefined && origins.includes(origin));
