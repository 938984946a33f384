import { parentPort } from 'node:worker_threads';
import type { WorkerMessage, WorkerOrder } from './worker-thread.js';

/**
 * The worker's side of a pool: says that it is ready, answers each job, and lets its thread end when it is told to stop.
 * To be called once everything is loaded.
 * @param run one job at a time; what it throws fails the job, not the worker
 */
export function serveJobs<Job, Result>(run: (job: Job) => Promise<Result>): void {
  const port = parentPort!;
  const post = (message: WorkerMessage<Result>): void => port.postMessage(message);
  port.on('message', async (order: WorkerOrder<Job>) => {
    // With its port closed nothing keeps the thread alive but the job that it may still be at.
    if (order === 'stop') return port.close();
    try {
      post({ type: 'done', result: await run(order.job) });
    } catch (error) {
      post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
  post({ type: 'ready' });
}
