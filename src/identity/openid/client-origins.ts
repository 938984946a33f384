import { setTimeout as sleep } from 'node:timers/promises';
import { isWebOrigin, type NamedOrigins } from '../../base/origins.js';
import { UnavailableError } from '../../base/unavailable-error.js';
import type { OpenIdClient, OpenIdClients } from './clients.js';
import { isLoopback } from './redirect-uris.js';

/** Milliseconds for which a list of clients is used without looking again. */
const freshMs = 1000;
/** Milliseconds that a request waits for a new list. After that it uses the previous one. */
const patienceMs = 1000;

/**
 * The origins of the registered clients' pages, cached for a second: a preflight request needs no account, so it must not cost a query.
 * One query runs at a time. While the database does not answer, the last list counts: the requests themselves get 503 then, and pages
 * can read that.
 */
export class ClientOrigins {
  #current: NamedOrigins = indexOrigins([]);
  #triedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  /**
   * @param clients undefined: none can log in here
   * @param onError called with errors other than an unavailable database, which is reported elsewhere
   */
  constructor(
    private readonly clients: Pick<OpenIdClients, 'list'> | undefined,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** The last list; no origins before the first one. */
  get current(): NamedOrigins {
    return this.#current;
  }

  /** The list, at most a second old if the database answers. Never rejects. */
  async read(): Promise<NamedOrigins> {
    if (performance.now() - this.#triedAt >= freshMs) {
      this.#reading ??= this.#refresh();
      const patience = new AbortController();
      const late = sleep(patienceMs, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([this.#reading, late]);
      patience.abort();
    }
    return this.#current;
  }

  async #refresh(): Promise<void> {
    try {
      this.#current = indexOrigins((await this.clients?.list()) ?? []);
    } catch (error) {
      if (!(error instanceof UnavailableError)) this.onError(error);
    }
    this.#triedAt = performance.now();
    this.#reading = undefined;
  }
}

/** Origins, and host names of this machine whose pages are allowed on any port, as their redirect URIs are. */
interface OriginSet {
  readonly origins: Set<string>;
  readonly loopbackHosts: Set<string>;
}

/** The origins of the pages of these clients. */
export function indexOrigins(clients: readonly OpenIdClient[]): NamedOrigins {
  const all: OriginSet = { origins: new Set(), loopbackHosts: new Set() };
  const byClient = new Map<string, OriginSet>();
  for (const { id, redirectUris, webOrigins } of clients) {
    const own: OriginSet = { origins: new Set(), loopbackHosts: new Set() };
    byClient.set(id, own);
    for (const uri of [...redirectUris, ...webOrigins].filter((uri) => URL.canParse(uri))) {
      const { origin, hostname } = new URL(uri);
      // The redirect URIs of native apps, such as com.example.app:/callback, have no origin.
      if (!isWebOrigin(origin)) continue;
      for (const set of [own, all])
        if (isLoopback(uri) && redirectUris.includes(uri)) set.loopbackHosts.add(hostname);
        else set.origins.add(origin);
    }
  }
  return {
    has(origin, clientId) {
      if (!isWebOrigin(origin)) return false;
      const { origins, loopbackHosts } = (clientId !== undefined && byClient.get(clientId)) || all;
      return origins.has(origin) || (isLoopback(origin) && loopbackHosts.has(new URL(origin).hostname));
    },
  };
}
