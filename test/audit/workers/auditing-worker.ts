import { isMainThread, workerData } from 'node:worker_threads';
import { openAuditTools } from '../../../src/audit/audit-keys.js';
import type { AuditEvent } from '../../../src/audit/audit-log.js';
import { openStore } from '../../../src/storage/store.js';

// Appends records through its own store, with pauses between them, so that other writers interleave.
if (!isMainThread) {
  const { event, ...location } = workerData as { dataDir: string; databaseUrl: string; event: AuditEvent };
  const store = await openStore(location);
  const { audit } = await openAuditTools({ dataDir: location.dataDir, warn: () => {}, now: Date.now });
  for (let i = 0; i < 40; i++) {
    await store.db.transaction().execute((db) => audit.append(db, event));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await store.close();
}
