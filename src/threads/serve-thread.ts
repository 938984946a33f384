import { parentPort } from 'node:worker_threads';
import { describeThrown, type ThreadMessage, type ThreadOrder } from './worker-thread.js';

/** What a thread does once it has loaded everything. */
export interface ThreadService<Request, Result> {
  /** What it throws fails the request, not the thread. If it answers without a promise, requests are answered in order, each one whole. */
  answer(request: Request): Result | Promise<Result>;
  /** called when the thread is told to end */
  close?(): Promise<void> | void;
}

/** What a thread that is loading may use. */
export interface ThreadStart {
  /** aborted when the thread is told to end */
  readonly signal: AbortSignal;
  /** reports the part that is loaded, 0..1 */
  progress(part: number): void;
}

/**
 * The worker's side of WorkerThread: loads, says that it is ready, answers requests, and ends when it is told to. Requests that come while
 * it loads wait.
 * @param open loads what the thread needs. What it throws ends the thread, unless it was told to end
 */
export async function serveThread<Request, Result>(
  open: (start: ThreadStart) => Promise<ThreadService<Request, Result>>,
): Promise<void> {
  const port = parentPort!;
  const stopping = new AbortController();
  const post = (message: ThreadMessage<Result>): void => port.postMessage(message);
  const opened = open({ signal: stopping.signal, progress: (part) => post({ type: 'progress', part }) });
  port.on('message', async (order: ThreadOrder<Request>) => {
    if (order === 'stop') stopping.abort();
    const service = await opened.catch(() => undefined);
    if (order === 'stop') {
      await service?.close?.();
      // With its port closed, nothing keeps the thread alive but the request that it may still be at.
      port.close();
      return;
    }
    if (!service) return;
    try {
      post({ type: 'done', id: order.id, result: await service.answer(order.request) });
    } catch (error) {
      post({ type: 'failed', id: order.id, ...describeThrown(error) });
    }
  });
  try {
    await opened;
  } catch (error) {
    if (stopping.signal.aborted) return;
    throw error;
  }
  post({ type: 'ready' });
}
