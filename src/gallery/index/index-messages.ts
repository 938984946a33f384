import type { SearchOptions } from './template-index.js';

/** A request to an index thread. */
export type IndexRequest =
  | { readonly do: 'search'; readonly companyId: string; readonly vector: Float32Array; readonly options: SearchOptions }
  /** answered by `answerCall`, see serveIndex */
  | { readonly do: 'call'; readonly request: unknown };

/** The part of the templates that a thread holds. Included in every index worker's `workerData`. */
export interface IndexShard {
  /** 0..threads − 1 */
  readonly shard: number;
  readonly threads: number;
  /** values per template */
  readonly dimension: number;
}

/** The shard that holds an enrolment's template. A worker adds only templates of its own shard. */
export const shardOf = (key: number, threads: number): number => Math.abs(key) % threads;
