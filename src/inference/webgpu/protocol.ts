import type { MessagePort } from 'node:worker_threads';
import type { Thrown } from '../../threads/worker-thread.js';
import type { Network } from '../network.js';
import type { TensorInfo } from '../session.js';

/** What the thread that uses WebGPU is started with. */
export interface InferenceThreadData {
  /** the largest number of inputs that run at once */
  readonly batch: number;
  /** milliseconds that an input may wait for others */
  readonly delayMs: number;
  /** milliseconds after which a waiting run is refused */
  readonly deadlineMs: number;
}

/** What the main thread asks it: to serve a worker at the other end of a port, or to answer at all. */
export type InferenceRequest = { readonly port: MessagePort } | 'ping';

/** What a worker asks. */
export type ClientRequest =
  | { readonly type: 'open'; readonly id: number; readonly file: string; readonly outputs?: readonly string[] | undefined }
  | {
      readonly type: 'run';
      readonly id: number;
      /** from the answer to `open` */
      readonly network: number;
      readonly data: Float32Array;
      readonly shape: readonly number[];
    };

/** The answer to `open`. */
export interface OpenedNetwork {
  readonly network: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** What a worker is answered. */
export type ClientAnswer =
  | { readonly id: number; readonly opened: OpenedNetwork }
  | { readonly id: number; readonly outputs: Awaited<ReturnType<Network['run']>> }
  | { readonly id: number; readonly failed: Thrown };
