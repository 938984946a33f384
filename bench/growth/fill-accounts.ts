import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditLog, type AuditRecord } from '../../src/audit/audit-log.js';
import { parseSecret } from '../../src/keys/secret.js';
import type { Owner } from './bed.js';
import type { BenchDatabase, Value } from './database.js';
import { credentials } from './installation.js';

/** Rows made at a time. */
const BATCH = 5000;

/** Makes rows 1 to `count` and inserts them. */
export async function insertMany(
  database: BenchDatabase,
  table: string,
  columns: readonly string[],
  count: number,
  make: (n: number) => readonly Value[],
): Promise<void> {
  for (let from = 1; from <= count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from + 1) }, (_, index) => make(from + index));
    await database.insert(table, columns, rows);
  }
}

/** Name of an account that `fillAccounts` created. @param n from 1 */
export const accountName = (n: number): string => `account-${n}`;

/** Creates accounts of the owner's company, with the password and the rights of the bench's account. */
export async function fillAccounts(database: BenchDatabase, { companyId }: Owner, count: number): Promise<void> {
  const [bench] = await database.query('select password_hash, rights from accounts where username = ?', credentials.username);
  const { password_hash: hash, rights } = bench as { password_hash: string; rights: string };
  const columns = ['id', 'company_id', 'username', 'username_folded', 'password_hash', 'rights', 'created_at', 'updated_at'];
  const now = Date.now();
  await insertMany(database, 'accounts', columns, count, (n) => [
    ...[randomUUID(), companyId, accountName(n), accountName(n), hash, rights, now, now],
  ]);
}

/** Appends records to the audit log, which verify. @param dataDir of the installation, whose key chains them */
export async function fillAudit(
  database: BenchDatabase,
  { companyId, accountId }: Owner,
  count: number,
  dataDir: string,
): Promise<void> {
  const log = new AuditLog(parseSecret(readFileSync(join(dataDir, 'keys', 'audit-secret'), 'utf8'), 32), Date.now);
  const [head] = await database.query('select sequence, hash from audit_head where id = 1');
  const before = Number(head!.sequence);
  let hash = String(head!.hash);
  const columns = ['sequence', 'happened_at', 'company_id', 'actor', 'action', 'subject', 'detail', 'hash'];
  const detail = JSON.stringify({ candidates: 0, threshold: 0.5 });
  await insertMany(database, 'audit_events', columns, count, (n) => {
    const record: Omit<AuditRecord, 'detail'> = {
      ...{ sequence: before + n, happenedAt: Date.now(), companyId, actor: accountId },
      ...{ action: 'gallery.identify' as const, subject: null },
    };
    hash = log.chain(hash, record, detail);
    return [before + n, record.happenedAt, companyId, accountId, record.action, null, detail, hash];
  });
  await database.query('update audit_head set sequence = ?, hash = ? where id = 1', before + count, hash);
}

/** Rows of the OpenID provider: refresh tokens of sessions. @param expiresAt epoch milliseconds */
export const fillOpenId = (database: BenchDatabase, count: number, expiresAt: number): Promise<void> =>
  insertMany(database, 'openid_entities', ['model', 'id_hash', 'payload', 'grant_id', 'expires_at'], count, () => [
    ...['RefreshToken', randomBytes(32).toString('hex'), JSON.stringify({ text: randomBytes(300).toString('base64') })],
    ...[randomBytes(16).toString('hex'), expiresAt],
  ]);
