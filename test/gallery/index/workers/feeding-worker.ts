import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { type IndexShard, shardOf } from '../../../../src/gallery/index/index-messages.js';
import { serveIndex } from '../../../../src/gallery/index/serve-index.js';
import { TemplateIndex } from '../../../../src/gallery/index/template-index.js';
import { PlainIndex } from '../plain-index.js';
import { seededVectors } from '../unit-vectors.js';

/** The content of the index, and how it is loaded. */
export interface Feed {
  /** templates of company `company`, each a person's own unless `perPerson` says otherwise; keys and persons count from 0 */
  readonly count: number;
  readonly perPerson?: number;
  /** milliseconds that it takes to fill it */
  readonly fillMs?: number;
  /** how often it reports its progress meanwhile (default 20) */
  readonly steps?: number;
  /** does not start, for this reason */
  readonly fail?: string;
}

/** A call that changes or examines the index. Each thread applies it to its shard. */
export type FeedCall =
  | {
      readonly do: 'add';
      readonly companyId: string;
      readonly key: number;
      readonly owner: number;
      readonly vector: Float32Array;
    }
  | { readonly do: 'remove'; readonly companyId: string; readonly key: number }
  | { readonly do: 'removeOwner'; readonly companyId: string; readonly owner: number }
  | { readonly do: 'size' }
  | { readonly do: 'memory' }
  | { readonly do: 'sleep' | 'spin'; readonly ms: number }
  | { readonly do: 'fail' }
  | { readonly do: 'die'; readonly shard: number };

/** What a database would hold. */
const stored = new PlainIndex();

// A worker that loads its templates before it is ready and answers its own calls, as the gallery's worker does from the database.
const { shard, threads, dimension, count, perPerson = 1, fillMs = 0, steps = 20, fail } = workerData as IndexShard & Feed;

await serveIndex(async ({ progress, signal }) => {
  if (fail) throw new Error(fail);
  const index = new TemplateIndex(stored.read, dimension);
  progress(0);
  for (let step = 1; step <= steps && fillMs > 0; step++) {
    await sleep(fillMs / steps, undefined, { signal });
    progress(step / steps);
  }
  const vectors = seededVectors(5, count, dimension);
  for (let key = 0; key < count; key++)
    if (shardOf(key, threads) === shard)
      for (const one of [index, stored])
        one.add('company', key, Math.floor(key / perPerson), vectors.subarray(key * dimension, (key + 1) * dimension));
  return { index, answerCall: (request) => answer(index, request as FeedCall) };
});

async function answer(index: TemplateIndex, call: FeedCall): Promise<unknown> {
  if ('key' in call && shardOf(call.key, threads) !== shard) return undefined;
  switch (call.do) {
    case 'add':
      stored.add(call.companyId, call.key, call.owner, call.vector);
      return index.add(call.companyId, call.key, call.owner, call.vector);
    case 'remove':
      return index.remove(call.companyId, call.key);
    case 'removeOwner':
      return index.removeOwner(call.companyId, call.owner);
    case 'size':
      return index.size();
    case 'memory':
      return index.memoryBytes;
    case 'sleep':
      await sleep(call.ms);
      return shard;
    case 'spin':
      for (const end = performance.now() + call.ms; performance.now() < end; );
      return shard;
    case 'die':
      return call.shard === shard ? process.exit(7) : shard;
    case 'fail':
      throw new Error('no such call');
  }
}
