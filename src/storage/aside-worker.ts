import { parentPort, workerData } from 'node:worker_threads';
import Libsql from 'libsql';
import type { AsideAnswer, AsideQuestion } from './aside-reader.js';

// Reads from the database in a thread of its own (aside-reader.ts): an answer to each question; 'close' ends it.
const { file, busyTimeoutMs } = workerData as { file: string; busyTimeoutMs: number };
const database = new Libsql(file);
database.pragma(`busy_timeout=${busyTimeoutMs}`);
database.pragma('query_only=ON');

parentPort!.on('message', (question: AsideQuestion | 'close') => {
  if (question === 'close') {
    database.close();
    parentPort!.close();
    return;
  }
  let answer: AsideAnswer;
  try {
    answer = { rows: database.prepare(question.sql).all([...question.parameters]) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  parentPort!.postMessage(answer);
});
