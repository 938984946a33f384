import { type Migration, Migrator } from 'kysely';
import * as accountsAndScans from './migrations/0001-accounts-and-scans.js';
import * as scanSummaries from './migrations/0002-scan-summaries.js';
import * as openid from './migrations/0003-openid.js';
import * as accountPolicy from './migrations/0004-account-policy.js';
import * as gallery from './migrations/0005-gallery.js';
import * as captureNonces from './migrations/0006-capture-nonces.js';
import * as replicas from './migrations/0007-replicas.js';
import * as citizenKeys from './migrations/0008-citizen-keys.js';
import * as loginAttempts from './migrations/0009-login-attempts.js';
import * as clientSettings from './migrations/0010-client-settings.js';
import * as keylessPersons from './migrations/0011-keyless-persons.js';
import * as scanFilters from './migrations/0012-scan-filters.js';
import * as personSearch from './migrations/0013-person-search.js';
import * as unfinishedErasures from './migrations/0014-unfinished-erasures.js';
import * as auditArchive from './migrations/0015-audit-archive.js';
import type { Database } from './schema.js';

/** In order of name. Never change a released migration: add another one. */
const migrations: Record<string, Migration> = {
  '0001-accounts-and-scans': accountsAndScans,
  '0002-scan-summaries': scanSummaries,
  '0003-openid': openid,
  '0004-account-policy': accountPolicy,
  '0005-gallery': gallery,
  '0006-capture-nonces': captureNonces,
  '0007-replicas': replicas,
  '0008-citizen-keys': citizenKeys,
  '0009-login-attempts': loginAttempts,
  '0010-client-settings': clientSettings,
  '0011-keyless-persons': keylessPersons,
  '0012-scan-filters': scanFilters,
  '0013-person-search': personSearch,
  '0014-unfinished-erasures': unfinishedErasures,
  '0015-audit-archive': auditArchive,
};

/**
 * Runs the pending migrations in one transaction, so that all or none are applied, and only once if two processes start together.
 * @param upTo name of the last migration to run, for tests of later ones; default: all
 * @throws if a migration fails, or if a newer release has written the database
 */
export async function migrate(db: Database, upTo?: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await (upTo ? migrator.migrateTo(upTo) : migrator.migrateToLatest());
  if (error instanceof Error && error.message.includes('previously executed migration'))
    throw new Error('it was written by a newer release of Triface: start that release or restore a backup');
  if (error) throw error;
}
