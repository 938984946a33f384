import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AdapterPayload, errors, type Provider } from 'oidc-provider';
import type { StateSealer } from './sealed-state.js';

/** The request that is being answered, and what its response gives the browser to keep. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly written: Map<string, AdapterPayload>;
}

const exchanges = new AsyncLocalStorage<Exchange>();

/** Answers a request whose provider keeps state in the browser. */
export const withBrowser = <T>(request: IncomingMessage, response: ServerResponse, answer: () => T): T =>
  exchanges.run({ request, response, written: new Map() }, answer);

/** Longest sealed state, in characters. Browsers drop cookies whose name and value are over 4,096. */
export const MAX_SEALED = 4050;

/** What {@link BrowserState} needs. */
export interface BrowserStateParts {
  readonly sealer: StateSealer;
  /** epoch milliseconds */
  readonly now: () => number;
  /** path of the issuer */
  readonly realmPath: string;
  /** whose `createContext` reads and writes cookies; called while a request is answered */
  readonly provider: () => Provider;
}

/**
 * Entities of one model, each sealed in a cookie of the browser that it belongs to. Use it inside {@link withBrowser}: outside of
 * a request nothing is found and nothing can be kept.
 */
export class BrowserState {
  readonly #model: string;
  readonly #parts: BrowserStateParts;

  constructor(model: string, parts: BrowserStateParts) {
    this.#model = model;
    this.#parts = parts;
  }

  /**
   * @param cookie name
   * @param path that the browser sends it to, and to those below
   * @param seconds that it is valid
   * @param limit characters of the sealed state
   * @throws InvalidRequest if it is too long for a cookie
   */
  async keep(
    id: string,
    payload: AdapterPayload,
    cookie: string,
    path: string,
    seconds: number,
    limit = MAX_SEALED,
  ): Promise<void> {
    const { sealer, now } = this.#parts;
    const sealed = await sealer.seal({ model: this.#model, id, payload }, now() + seconds * 1000);
    if (sealed.length > limit) throw new errors.InvalidRequest('the parameters are too long together');
    exchanges.getStore()?.written.set(`${this.#model} ${id}`, payload);
    this.#cookies()?.set(cookie, sealed, { ...COOKIE, path, maxAge: seconds * 1000 });
  }

  /** @param names of the cookies that it may be in; the first that has it counts */
  async find(id: string, ...names: string[]): Promise<AdapterPayload | undefined> {
    const written = exchanges.getStore()?.written.get(`${this.#model} ${id}`);
    if (written) return written;
    const { sealer, now } = this.#parts;
    for (const name of names) {
      const sealed = this.#cookies()?.get(name, COOKIE);
      const found = sealed && (await sealer.open(sealed, this.#model, id, now()));
      if (found) return found;
    }
    return undefined;
  }

  /** Removes it from the browser. A copy of the cookie stays valid until it expires. */
  forget(id: string, cookie: string, path: string): void {
    exchanges.getStore()?.written.delete(`${this.#model} ${id}`);
    this.#cookies()?.set(cookie, null, { ...COOKIE, path });
  }

  #cookies() {
    const exchange = exchanges.getStore();
    return exchange && this.#parts.provider().createContext(exchange.request, exchange.response).cookies;
  }
}

/** The seal is also the signature. */
const COOKIE = { httpOnly: true, sameSite: 'lax', signed: false } as const;
