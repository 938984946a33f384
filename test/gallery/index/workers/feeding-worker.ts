import { parentPort, workerData } from 'node:worker_threads';
import { type IndexShard, shardOf } from '../../../../src/gallery/index/index-messages.js';
import { serveIndex } from '../../../../src/gallery/index/serve-index.js';
import { TemplateIndex } from '../../../../src/gallery/index/template-index.js';
import { seededVectors } from '../unit-vectors.js';

// A worker that feeds itself before it is ready, and answers calls of its own: as the gallery's does from the database.
const { shard, threads, dimension, count, fail } = workerData as IndexShard & { count: number; fail?: string };
if (fail) throw new Error(fail);
const index = new TemplateIndex(dimension);
const vectors = seededVectors(5, count, dimension);
for (let key = 0; key < count; key++)
  if (shardOf(key, threads) === shard) index.add('company', key, key, vectors.subarray(key * dimension, (key + 1) * dimension));

serveIndex(index, parentPort!, async (request) => {
  const { spinMs, sleepMs, broken } = request as { spinMs?: number; sleepMs?: number; broken?: boolean };
  if (broken) throw new Error('no such call');
  if (sleepMs) await new Promise((resolve) => setTimeout(resolve, sleepMs));
  for (const end = performance.now() + (spinMs ?? 0); performance.now() < end; );
  return shard;
});
