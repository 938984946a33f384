import { parentPort, workerData } from 'node:worker_threads';
import type { IndexShard } from './index-messages.js';
import { serveIndex } from './serve-index.js';
import { TemplateIndex } from './template-index.js';

// Entry of a worker thread whose index is filled by messages only. A worker that feeds itself is this with a feed before serveIndex.
serveIndex(new TemplateIndex((workerData as IndexShard).dimension), parentPort!);
