import { workerData } from 'node:worker_threads';
import Libsql from 'libsql';
import { serveThread } from '../threads/serve-thread.js';
import type { AsideQuestion, AsideWorkerData } from './aside-reader.js';

// Entry of a worker thread: reads from the database, one statement at a time (aside-reader.ts).
await serveThread<AsideQuestion, unknown[]>(async () => {
  const { file, busyTimeoutMs } = workerData as AsideWorkerData;
  const database = new Libsql(file);
  database.pragma(`busy_timeout=${busyTimeoutMs}`);
  database.pragma('query_only=ON');
  return {
    answer: ({ sql, parameters }) => database.prepare(sql).all([...parameters]),
    close: () => void database.close(),
  };
});
