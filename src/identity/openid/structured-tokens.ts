import { randomUUID } from 'node:crypto';

/** No JWT begins with it, and no client knows it. */
const MARK = `~${randomUUID()}~`;

/**
 * A token as the provider's revocation and introspection take it. They refuse whatever looks like a JWT before they ask our adapters,
 * which know our tokens.
 */
export const coverToken = (token: string): string => MARK + token;

/** The token itself, covered or not. */
export const revealToken = (token: string): string => (token.startsWith(MARK) ? token.slice(MARK.length) : token);
