import type { Caller } from '../caller.js';
import type { TokenVerifier } from './access-tokens.js';
import type { OutsideProvider } from './outside-provider.js';

/**
 * Chooses the verifier by the token's issuer: the outside provider for its own issuer, the embedded provider otherwise. The
 * unverified issuer only decides who verifies the token.
 */
export function chooseVerifier(embedded: TokenVerifier | undefined, outside: OutsideProvider | undefined): TokenVerifier {
  return {
    async verifyAccessToken(token: string, route?: string): Promise<Caller | undefined> {
      if (outside?.claims(token)) return outside.verifyAccessToken(token, route);
      return embedded?.verifyAccessToken(token);
    },
  };
}
