import { openAuditTools } from '../audit/audit-keys.js';
import type { Config } from '../config/schema.js';
import { type Keys, openKeys } from '../keys/keys.js';
import { listHeldRings } from '../server/held-rings.js';
import type { Store } from '../storage/store.js';
import { KeyRegister } from '../vault/key-register.js';
import { openMasterKeys } from '../vault/master-keys.js';
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
  const auditTools = await openAuditTools({ dataDir, warn, now: store.now });
  const masterKeys = await openMasterKeys({ fixed, dataDir, warn });
  return { keys, held: await listHeldRings({ keys, masterKeys, auditTools }), register: new KeyRegister(store) };
}
