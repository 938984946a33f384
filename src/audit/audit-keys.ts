import { join } from 'node:path';
import { calculateJwkThumbprint } from 'jose';
import { KeyError, readOrMakeKeyFile } from '../keys/key-file.js';
import { fingerprintOf, type HeldKeys } from '../keys/keys.js';
import { makeSecret, parseSecret } from '../keys/secret.js';
import type { Database } from '../storage/schema.js';
import { AuditLog } from './audit-log.js';
import { ReceiptSigner } from './erasure-receipt.js';

/** In bytes. */
const SECRET_LENGTH = 32;

/** The audit log and the signer of erasure receipts. */
export interface AuditTools {
  /** the fingerprints of both keys, by the names of their files */
  readonly held: Readonly<Record<'audit-secret' | 'receipts-ed25519', HeldKeys>>;
  readonly audit: AuditLog;
  readonly receipts: ReceiptSigner;
}

/**
 * Opens the audit log and the receipt signer with the keys of this installation (`keys/` in the data directory), which are
 * created if they do not exist. Replacing a key cannot go unnoticed: another secret breaks the chain, and another receipt key
 * does not verify older receipts.
 * @throws KeyError naming the file that is corrupt or unreadable
 */
export async function openAuditTools({
  dataDir,
  warn,
  now,
  demandKey = async () => {},
}: {
  dataDir: string;
  warn: (message: string) => void;
  /** epoch milliseconds by the database's clock */
  now: () => number;
  /** called with the fingerprint of `audit-secret` before each record. @throws if the servers use another one */
  demandKey?: (db: Database, fingerprint: string) => Promise<void>;
}): Promise<AuditTools> {
  const directory = join(dataDir, 'keys');
  const read = async <Key>(name: string, make: () => Promise<string>, parse: (content: string) => Promise<Key>): Promise<Key> => {
    const content = await readOrMakeKeyFile({ directory, name, make, warn });
    return parse(content).catch(() => {
      throw new KeyError(`the key file ${join(directory, name)} is corrupt. Restore it from a backup`);
    });
  };
  const secret = await read(
    'audit-secret',
    async () => makeSecret(SECRET_LENGTH),
    async (content) => parseSecret(content, SECRET_LENGTH),
  );
  const receipts = await read('receipts-ed25519.json', ReceiptSigner.makeKey, ReceiptSigner.parse);
  const fingerprint = fingerprintOf('audit-secret', secret);
  return {
    held: {
      'audit-secret': only(fingerprint),
      'receipts-ed25519': only(await calculateJwkThumbprint(receipts.publicJwk)),
    },
    audit: new AuditLog(secret, now, (db) => demandKey(db, fingerprint)),
    receipts,
  };
}

const only = (fingerprint: string): HeldKeys => ({ current: fingerprint, all: [fingerprint] });
