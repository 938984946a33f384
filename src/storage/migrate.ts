import { type Migration, Migrator } from 'kysely';
import * as accountsAndScans from './migrations/0001-accounts-and-scans.js';
import * as scanSummaries from './migrations/0002-scan-summaries.js';
import * as openid from './migrations/0003-openid.js';
import * as accountPolicy from './migrations/0004-account-policy.js';
import * as captureNonces from './migrations/0006-capture-nonces.js';
import type { Database } from './schema.js';

/** In order of name. A migration that was released is never changed: a new one follows it. */
const migrations: Record<string, Migration> = {
  '0001-accounts-and-scans': accountsAndScans,
  '0002-scan-summaries': scanSummaries,
  '0003-openid': openid,
  '0004-account-policy': accountPolicy,
  '0006-capture-nonces': captureNonces,
};

/**
 * Runs the migrations that this database has not had, all in one transaction: all or none, and once only when two processes start.
 * @param upTo name of the last one wanted, for tests of the later ones; default: all
 * @throws when one fails, or when the database was made by a newer release
 */
export async function migrate(db: Database, upTo?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await (upTo ? migrator.migrateTo(upTo) : migrator.migrateToLatest());
  if (error instanceof Error && error.message.includes('previously executed migration'))
    throw new Error('a newer release of Triface wrote it');
  if (error) throw error;
}
