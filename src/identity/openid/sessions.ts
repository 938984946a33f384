import type { Adapter, AdapterPayload } from 'oidc-provider';
import { BrowserState, type BrowserStateParts } from './browser-state.js';
import { INTERACTION_SECONDS, ROUTES } from './provider-settings.js';
import type { StoredEntities } from './stored-entities.js';

const COOKIE = 'triface_logout';

/**
 * oidc-provider's adapter for sessions. Those of a user are stored. Those of nobody have at most the parameters of a logout, which
 * the browser keeps until the logout is confirmed.
 */
export class Sessions implements Adapter {
  readonly #stored: StoredEntities;
  readonly #browser: BrowserState;
  readonly #path: string;

  constructor(parts: BrowserStateParts, stored: StoredEntities) {
    this.#stored = stored;
    this.#browser = new BrowserState('Session', parts);
    this.#path = parts.realmPath + ROUTES.end_session;
  }

  /** @throws InvalidRequest if the parameters of a logout are too long together, UnavailableError */
  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    if (payload.accountId !== undefined) return this.#stored.upsert(id, payload, expiresIn);
    if (payload.state === undefined) return;
    // The next request of the logout looks for a stored session: without the database it fails, so this one does.
    await this.#stored.find(id);
    await this.#browser.keep(id, payload, COOKIE, this.#path, Math.min(expiresIn, INTERACTION_SECONDS));
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return (await this.#browser.find(id, COOKIE)) ?? this.#stored.find(id);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#stored.findByUid(uid);
  }

  async destroy(id: string): Promise<void> {
    if (await this.#browser.find(id, COOKIE)) this.#browser.forget(id, COOKIE, this.#path);
    else await this.#stored.destroy(id);
  }

  /** Sessions are neither consumed nor of one grant. */
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}
