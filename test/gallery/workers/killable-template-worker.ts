import { BroadcastChannel, workerData } from 'node:worker_threads';
import type { IndexShard } from '../../../src/gallery/index/index-messages.js';

// The server's own worker, which exits without notice, as if by a fault, when the test sends its shard number on the channel.
const { shard } = workerData as IndexShard;
const channel = new BroadcastChannel('kill a template worker');
channel.onmessage = (event) => {
  if ((event as MessageEvent).data === shard) process.exit(9);
};
(channel as unknown as { unref(): void }).unref();
await import('../../../src/gallery/template-worker.js');
