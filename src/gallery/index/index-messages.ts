import type { SearchOptions } from './template-index.js';

/** Templates side by side: `vectors` holds keys.length times the dimension. */
export interface TemplateBlock {
  /** enrolment numbers */
  readonly keys: Float64Array<ArrayBuffer>;
  /** person numbers */
  readonly owners: Float64Array<ArrayBuffer>;
  readonly vectors: Float32Array<ArrayBuffer>;
}

/** What an index thread is asked. */
export type IndexRequest =
  | { readonly do: 'search'; readonly companyId: string; readonly vector: Float32Array; readonly options: SearchOptions }
  | {
      readonly do: 'add';
      readonly companyId: string;
      readonly key: number;
      readonly owner: number;
      readonly vector: Float32Array;
    }
  | ({ readonly do: 'fill'; readonly companyId: string } & TemplateBlock)
  | { readonly do: 'remove'; readonly companyId: string; readonly key: number }
  | { readonly do: 'removeOwner'; readonly companyId: string; readonly owner: number }
  | { readonly do: 'clear'; readonly companyId: string | undefined }
  | { readonly do: 'size'; readonly companyId: string | undefined }
  | { readonly do: 'memory' }
  /** something of the worker's own, see serveIndex */
  | { readonly do: 'call'; readonly request: unknown };

export interface NumberedRequest {
  readonly id: number;
  readonly request: IndexRequest;
}

/** What an index thread posts. `ready` comes once, when its index holds what the worker's own feed has put there. */
export type IndexAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly name: string; readonly message: string };

/** Which part of the templates a thread holds. Part of every index worker's `workerData`. */
export interface IndexShard {
  /** 0..threads − 1 */
  readonly shard: number;
  readonly threads: number;
  /** values a template */
  readonly dimension: number;
}

/** The thread that holds an enrolment's template. A feed adds only those of its own shard. */
export const shardOf = (key: number, threads: number): number => Math.abs(key) % threads;
