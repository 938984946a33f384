import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { KeyError, readOrMakeKeyFile } from '../keys/key-file.js';
import { AuditLog } from './audit-log.js';
import { ReceiptSigner } from './erasure-receipt.js';

const SECRET_LENGTH = 32;

/** What records deeds and proves erasures. */
export interface AuditTools {
  readonly audit: AuditLog;
  readonly receipts: ReceiptSigner;
}

/**
 * The audit log and the signer of receipts, with the keys of this installation (`keys/` of the data directory), made when they are not
 * there. Whoever replaces a key breaks the chain, or cannot verify older receipts: that is their purpose.
 * @throws KeyError naming the file that is corrupt or cannot be read
 */
export async function openAuditTools({
  dataDir,
  warn,
}: {
  dataDir: string;
  warn: (message: string) => void;
}): Promise<AuditTools> {
  const directory = join(dataDir, 'keys');
  const read = async <Key>(name: string, make: () => Promise<string>, parse: (content: string) => Promise<Key>): Promise<Key> => {
    const content = await readOrMakeKeyFile({ directory, name, make, warn });
    return parse(content).catch(() => {
      throw new KeyError(`the key file ${join(directory, name)} is corrupt: restore it from a backup`);
    });
  };
  const secret = await read('audit-secret', async () => `${randomBytes(SECRET_LENGTH).toString('base64url')}\n`, parseSecret);
  return {
    audit: new AuditLog(secret),
    receipts: await read('receipts-ed25519.json', ReceiptSigner.makeKey, ReceiptSigner.parse),
  };
}

async function parseSecret(content: string): Promise<Buffer> {
  const secret = Buffer.from(content.trim(), 'base64url');
  if (secret.length !== SECRET_LENGTH) throw new Error('not a secret');
  return secret;
}
