import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { AccessTokens } from './access-tokens.js';
import { ACCESS_SECONDS } from './provider-settings.js';
import type { StoredEntities } from './stored-entities.js';
import { revealToken } from './structured-tokens.js';

/**
 * oidc-provider's adapter for access tokens. They are JWTs and not stored: an entity is rebuilt from its token, for the endpoints that
 * take tokens.
 * @param model access tokens of users, or of clients that act for themselves
 * @param revoked the ids of revoked tokens that have no login which could be ended
 */
export function adaptSignedTokens(
  model: 'AccessToken' | 'ClientCredentials',
  stored: StoredEntities,
  tokens: AccessTokens,
  revoked: StoredEntities,
): Adapter {
  return Object.assign(stored, {
    async find(token: string): Promise<AdapterPayload | undefined> {
      const verified = await tokens.verify(revealToken(token));
      if (!verified || (verified.claims.sid === undefined) !== (model === 'ClientCredentials')) return undefined;
      const { jti, iat, exp, sub, sid, azp, scope, credential_version } = verified.claims;
      const entity = { kind: model, jti, iat, exp, accountId: sub, grantId: sid, clientId: azp, scope };
      return { ...entity, extra: { credential_version } } as never;
    },
    async destroy(jti: string): Promise<void> {
      // A user's token ends with its login, which the library ends as well.
      if (model === 'ClientCredentials') await revoked.addOnce(jti, ACCESS_SECONDS);
    },
  });
}
