import type { Caller } from '../caller.js';
import type { TokenVerifier } from './access-tokens.js';
import type { OutsideProvider } from './outside-provider.js';

/**
 * Asks the one whose token it says to be: the outside provider for tokens of its issuer, else the embedded one. What a token says of its
 * maker only chooses who verifies it.
 */
export function chooseVerifier(embedded: TokenVerifier | undefined, outside: OutsideProvider | undefined): TokenVerifier {
  return {
    async verifyAccessToken(token: string): Promise<Caller | undefined> {
      if (outside?.claims(token)) return outside.verifyAccessToken(token);
      return embedded?.verifyAccessToken(token);
    },
  };
}
