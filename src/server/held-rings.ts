import type { AuditTools } from '../audit/audit-keys.js';
import { type Keys, listHeldKeys } from '../keys/keys.js';
import { MASTER_RING } from '../vault/key-register.js';
import { listMasterKeys, type MasterKeys } from '../vault/master-keys.js';
import type { HeldRings } from '../vault/running-servers.js';

/** Every key of an installation. */
export interface AllKeys {
  readonly keys: Keys;
  readonly masterKeys: MasterKeys;
  readonly auditTools: Pick<AuditTools, 'held'>;
}

/** What is held of each kind, as in the files now. */
export const listHeldRings = async ({ keys, masterKeys, auditTools }: AllKeys): Promise<HeldRings> => ({
  ...(await listHeldKeys(keys)),
  ...auditTools.held,
  [MASTER_RING]: listMasterKeys(masterKeys),
});
