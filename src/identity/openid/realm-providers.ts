import type { Provider } from 'oidc-provider';
import type { KeyRing, KeySet } from '../../keys/key-ring.js';
import type { OpenIdKey } from '../../keys/rsa-key.js';
import { createProvider, type ProviderParts } from './provider.js';

/**
 * Host names to keep providers for; beyond that the least recently used one is dropped. A provider holds no state and takes a
 * millisecond to create.
 */
const MAX_PROVIDERS = 32;

/** The providers of one realm, one per public host name. */
export interface RealmProviders {
  /** @param issuer URL of the realm as seen by the client */
  for(issuer: string): Promise<Provider>;
}

/** Creates providers on demand, and again when the keys change. */
export function openRealmProviders(keys: KeyRing<OpenIdKey>, parts: ProviderParts): RealmProviders {
  let made = new Map<string, Provider>();
  let madeOf: KeySet<OpenIdKey> | undefined;
  return {
    async for(issuer) {
      const current = await keys.read();
      if (current !== madeOf) {
        made = new Map();
        madeOf = current;
      }
      const provider = made.get(issuer) ?? createProvider(issuer, current, parts);
      made.delete(issuer);
      made.set(issuer, provider);
      for (const oldest of made.keys()) {
        if (made.size <= MAX_PROVIDERS) break;
        made.delete(oldest);
      }
      return provider;
    },
  };
}
