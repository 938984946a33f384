import { workerData } from 'node:worker_threads';
import Libsql from 'libsql';
import { serveThread } from '../threads/serve-thread.js';
import type { AsideQuestion, AsideWorkerData } from './aside-reader.js';
import { translated } from './unavailable.js';

function translating<T>(task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw translated(error);
  }
}

// Entry of a worker thread: reads from the database, one statement at a time (aside-reader.ts).
await serveThread<AsideQuestion, unknown[]>(async () => {
  const { file, busyTimeoutMs } = workerData as AsideWorkerData;
  const database = translating(() => {
    const opened = new Libsql(file);
    opened.pragma(`busy_timeout=${busyTimeoutMs}`);
    opened.pragma('query_only=ON');
    return opened;
  });
  return {
    answer: ({ sql, parameters }) => translating(() => database.prepare(sql).all([...parameters])),
    close: () => void database.close(),
  };
});
