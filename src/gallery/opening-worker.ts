import { workerData } from 'node:worker_threads';
import { openStore } from '../storage/store.js';
import { serveThread } from '../threads/serve-thread.js';
import { openMasterKeys } from '../vault/master-keys.js';
import { type OpenedRow, openSealed } from './open-sealed.js';
import type { OpenedRange, OpeningRequest, OpeningWorkerData } from './opening-thread.js';
import { readTemplateRange } from './read-templates.js';

// Entry of a thread that opens templates for a thread that loads them, into memory of both. It ends when they are loaded.
const { database, fixedMasterKeys, templateLength, ...choice } = workerData as OpeningWorkerData;

await serveThread<OpeningRequest, OpenedRange>(async () => {
  const store = await openStore(database);
  const masterKeys = await openMasterKeys({ fixed: fixedMasterKeys, dataDir: database.dataDir, warn: () => {} });
  return {
    async answer({ range, memory }) {
      const vectors = new Float32Array(memory);
      const rows: OpenedRow[] = [];
      const missing: number[] = [];
      const damaged: string[] = [];
      openSealed(await readTemplateRange(store.db, range, choice), masterKeys, {
        add({ number, person, company }, vector) {
          // It fails the range, which the loading thread then opens itself and refuses with its own message.
          if (vector.length !== templateLength) throw new RangeError('the template has another length');
          vectors.set(vector, rows.length * templateLength);
          rows.push({ number, person, company });
        },
        miss: (enrolment) => missing.push(enrolment),
        fail: ({ message }) => damaged.push(message),
      });
      return { rows, missing, damaged };
    },
    close: () => store.close(),
  };
});
