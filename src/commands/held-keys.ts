import { openAuditTools } from '../audit/audit-keys.js';
import type { Config } from '../config/schema.js';
import { type Keys, listHeldKeys, openKeys } from '../keys/keys.js';
import type { Store } from '../storage/store.js';
import { KeyRegister, MASTER_RING } from '../vault/key-register.js';
import { listMasterKeys, openMasterKeys } from '../vault/master-keys.js';
import type { HeldRings } from '../vault/running-servers.js';

/** The keys of this data directory, and the register of the database. */
export interface RegisteredKeys {
  readonly keys: Keys;
  readonly held: HeldRings;
  readonly register: KeyRegister;
}

/** Reads the keys as a server does. @throws KeyError */
export async function readRegisteredKeys(store: Store, config: Config): Promise<RegisteredKeys> {
  const { DATA_DIR: dataDir, TRIFACE_MASTER_KEY: fixed } = config;
  const warn = (message: string) => console.error(message);
  const keys = await openKeys({ dataDir, warn });
  const { held } = await openAuditTools({ dataDir, warn, now: store.now });
  const master = listMasterKeys(await openMasterKeys({ fixed, dataDir, warn }));
  return {
    keys,
    held: { ...(await listHeldKeys(keys)), ...held, [MASTER_RING]: master },
    register: new KeyRegister(store),
  };
}
