import type { MessagePort } from 'node:worker_threads';
import type { Thrown } from '../../threads/worker-thread.js';
import { ProviderError } from '../provider-error.js';
import type { RemoteSessions, Session } from '../session.js';
import type { ClientAnswer, ClientRequest } from './protocol.js';

const ended = 'the inference thread ended';

interface Waiting {
  readonly isOpening: boolean;
  resolve(answer: ClientAnswer): void;
  reject(error: Error): void;
}

/** Node's types lack `hasRef`. */
type ReferablePort = MessagePort & { hasRef(): boolean };

/** A request as it is posted, without its number. */
type Unnumbered<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/**
 * The worker's side of the thread that uses WebGPU: opens networks there and runs them. It keeps the worker alive only while it waits
 * for an answer.
 *
 * When that thread ends, networks that are being opened fail, and with them the worker's start. Runs are never answered: the main
 * thread replaces the worker, which fails its job. Failing the run here would let the worker take, and fail, one job after another
 * until then.
 */
export class RemoteNetworks implements RemoteSessions {
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #hasEnded = false;

  /** @param port the other end of which the inference thread has */
  constructor(private readonly port: MessagePort) {
    port.on('message', (answer: ClientAnswer) => this.#settle(answer));
    port.on('close', () => {
      this.#hasEnded = true;
      for (const { isOpening, reject } of this.#waiting.values()) if (isOpening) reject(new Error(ended));
    });
    // A port that was closed while the worker loaded its modules has told so already. It cannot be referenced any more.
    this.#hasEnded = !(port as ReferablePort).hasRef();
    port.unref();
  }

  async open(file: string, outputs?: readonly string[]): Promise<Session> {
    const answer = await this.#ask({ type: 'open', file, outputs });
    if (!('opened' in answer)) throw new Error('the inference thread opened nothing');
    const { network, ...metadata } = answer.opened;
    return {
      ...metadata,
      // Not async: the data is copied before this returns. Its memory may be a view of WebAssembly's, which is used again.
      run: (data, shape) => {
        const copy = Float32Array.from(data);
        return this.#ask({ type: 'run', network, data: copy, shape }, copy.buffer).then((answer) => {
          if (!('outputs' in answer)) throw new Error('the inference thread computed nothing');
          return answer.outputs;
        });
      },
      // Other workers use the network, too; the thread keeps it.
      release: async () => {},
    };
  }

  #ask(request: Unnumbered<ClientRequest>, ...transfer: ArrayBuffer[]): Promise<ClientAnswer> {
    const isOpening = request.type === 'open';
    if (this.#hasEnded && isOpening) return Promise.reject(new Error(ended));
    const id = this.#nextId++;
    this.port.postMessage({ ...request, id } satisfies ClientRequest, transfer);
    this.port.ref();
    return new Promise((resolve, reject) => this.#waiting.set(id, { isOpening, resolve, reject }));
  }

  #settle(answer: ClientAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.port.unref();
    if ('failed' in answer) waiting?.reject(revive(answer.failed));
    else waiting?.resolve(answer);
  }
}

/** Classes of errors do not cross threads, except for this one. */
const revive = ({ name, message }: Thrown): Error => (name === 'ProviderError' ? new ProviderError(message) : new Error(message));
