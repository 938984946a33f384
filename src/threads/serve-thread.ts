import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { describeThrown, type ThreadMessage, type ThreadOrder } from './worker-thread.js';

/** What a thread serves once it is loaded. */
export interface ThreadService<Request, Result> {
  /**
   * Answers a request. An error fails the request, not the thread. If it returns no promise, requests are answered one at a time,
   * in order.
   */
  answer(request: Request): Result | Promise<Result>;
  /** called when the thread must end */
  close?(): Promise<void> | void;
}

/** Passed to a thread while it loads. */
export interface ThreadStart {
  /** aborted when the thread must end */
  readonly signal: AbortSignal;
  /** reports the part that has been loaded, 0..1 */
  progress(part: number): void;
}

/**
 * The worker's side of WorkerThread: loads, reports that it is ready, answers requests, and ends on request. Requests that arrive
 * while it loads wait.
 * @param open loads what the thread needs. An error ends the thread, and is ignored if the thread was already to end
 */
export async function serveThread<Request, Result>(
  open: (start: ThreadStart) => Promise<ThreadService<Request, Result>>,
): Promise<void> {
  const port = parentPort!;
  yieldToServing();
  // Through the thread's own stderr, which the main thread passes on. Node's listener would write past it.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => console.error(warning.stack ?? String(warning)));
  const stopping = new AbortController();
  const post = (message: ThreadMessage<Result>): void => port.postMessage(message);
  const opened = open({ signal: stopping.signal, progress: (part) => post({ type: 'progress', part }) });
  port.on('message', async (order: ThreadOrder<Request>) => {
    if (order === 'stop') stopping.abort();
    const service = await opened.catch(() => undefined);
    if (order === 'stop') {
      await service?.close?.();
      // Once the port is closed, only a request that is still being answered keeps the thread alive.
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

/** On Linux each thread has a priority of its own: the main thread, which serves, comes before those that compute. */
function yieldToServing(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(19, getPriority() + 5));
  } catch {
    // A sandbox may forbid it; then all threads are equal.
  }
}
