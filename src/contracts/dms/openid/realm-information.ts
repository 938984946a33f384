import { exportSPKI } from 'jose';
import type { EmbeddedRealm } from '../../../identity/openid/embedded-realm.js';
import type { RealmRequest } from './public-address.js';

/**
 * Keycloak's realm information. `account-service` is left out: there is no such service here.
 * @throws KeyError if the keys cannot be read
 */
export async function describeRealm({ provider }: RealmRequest, realm: Pick<EmbeddedRealm, 'realm' | 'readCurrentKey'>) {
  const { publicKey } = await realm.readCurrentKey();
  return {
    realm: realm.realm,
    public_key: (await exportSPKI(publicKey)).replace(/-----[^-]+-----|\s/g, ''),
    'token-service': `${provider.issuer}/protocol/openid-connect`,
    'tokens-not-before': 0,
  };
}
