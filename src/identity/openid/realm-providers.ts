import type { Provider } from 'oidc-provider';
import type { KeyRing, KeySet } from '../../keys/key-ring.js';
import type { OpenIdKey } from '../../keys/rsa-key.js';
import { createProvider, type ProviderParts } from './provider.js';

/** Names that this server is reached under, at once: past it the one longest unused goes. A provider holds nothing; another is made in a millisecond. */
const MAX_PROVIDERS = 32;

/** The providers of one realm: one for each public name that requests come under. */
export interface RealmProviders {
  /** @param issuer URL of the realm as the client sees it */
  for(issuer: string): Promise<Provider>;
}

/** Makes providers as they are asked for, and anew when the keys change. */
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
