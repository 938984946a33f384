import { parentPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';
import type { AsideAnswer, AsideQuestion } from './aside-reader.js';

// Reads from the database in a thread of its own (aside-reader.ts): one question after the other, an answer each.
const { file, busyTimeoutMs } = workerData as { file: string; busyTimeoutMs: number };
const database = new Libsql(file);
database.pragma(`busy_timeout=${busyTimeoutMs}`);
database.pragma('query_only=ON');

parentPort!.on('message', ({ ticket, sql, parameters }: AsideQuestion) => {
  let answer: AsideAnswer;
  try {
    answer = { ticket, rows: database.prepare(sql).all([...parameters]) };
  } catch (error) {
    answer = { ticket, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(answer);
});
