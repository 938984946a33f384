import type { SearchOptions } from './template-index.js';

/** What an index thread is asked. */
export type IndexRequest =
  | { readonly do: 'search'; readonly companyId: string; readonly vector: Float32Array; readonly options: SearchOptions }
  /** something of the worker's own, see serveIndex */
  | { readonly do: 'call'; readonly request: unknown };

/** Which part of the templates a thread holds. Part of every index worker's `workerData`. */
export interface IndexShard {
  /** 0..threads − 1 */
  readonly shard: number;
  readonly threads: number;
  /** values per template */
  readonly dimension: number;
}

/** The thread that holds an enrolment's template. A worker adds only those of its own shard. */
export const shardOf = (key: number, threads: number): number => Math.abs(key) % threads;
