import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { BrowserState, type BrowserStateParts, MAX_SEALED } from './browser-state.js';
import { INTERACTION_SECONDS, LOGIN_PATH } from './provider-settings.js';
import type { StoredEntities } from './stored-entities.js';

/** Until the password was right, and after. Two names: the login page needs the one, the way back to the application the other. */
const ASKED = 'triface_login_request';
const ANSWERED = 'triface_login_result';

/** Characters to leave for the account that is added when the password was right: it must fit as well. */
const RESULT = 300;

/**
 * oidc-provider's adapter for interactions: logins in progress, which anybody can begin. The browser keeps them; only that one has
 * been used, which takes a password, is stored.
 */
export class UnfinishedLogins implements Adapter {
  readonly #browser: BrowserState;
  readonly #used: StoredEntities;
  readonly #realmPath: string;

  /** @param used where used ones are noted */
  constructor(parts: BrowserStateParts, used: StoredEntities) {
    this.#browser = new BrowserState('Interaction', parts);
    this.#used = used;
    this.#realmPath = parts.realmPath;
  }

  /** @throws InvalidRequest if the parameters of the request are too long together, UnavailableError */
  async upsert(uid: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    // Without the database nobody can log in: better to know that before the password than after it.
    await this.#used.find(uid);
    const { asked, answered } = this.#paths(uid, payload);
    const kept = withoutLongParts(payload);
    if (payload.result === undefined) await this.#browser.keep(uid, kept, ASKED, asked, expiresIn, MAX_SEALED - RESULT);
    else await this.#browser.keep(uid, kept, ANSWERED, answered, expiresIn);
  }

  async find(uid: string): Promise<AdapterPayload | undefined> {
    return (await this.#used.find(uid)) ? undefined : this.#browser.find(uid, ANSWERED, ASKED);
  }

  /** Ends it. @throws SessionNotFound if the login has already been used, in this browser or with a copy of its cookies */
  async destroy(uid: string): Promise<void> {
    const payload = await this.#browser.find(uid, ANSWERED, ASKED);
    if (!payload) return;
    const { asked, answered } = this.#paths(uid, payload);
    this.#browser.forget(uid, ASKED, asked);
    this.#browser.forget(uid, ANSWERED, answered);
    // One without a result logs nobody in, however often.
    if (payload.result === undefined) return;
    if (!(await this.#used.addOnce(uid, INTERACTION_SECONDS))) throw new errors.SessionNotFound('interaction was already used');
  }

  /** Interactions are found by their id alone, and belong to no grant. */
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}

  #paths(uid: string, { returnTo }: AdapterPayload) {
    return { asked: `${this.#realmPath}${LOGIN_PATH}/${uid}`, answered: new URL(returnTo!).pathname };
  }
}

/** Leaves out what the library reads only before the interaction, and the id of the session. */
function withoutLongParts(payload: AdapterPayload): AdapterPayload {
  const { id_token_hint: _hint, ...params } = payload.params ?? {};
  const { cookie: _cookie, ...session } = payload.session ?? ({} as NonNullable<AdapterPayload['session']>);
  return {
    ...payload,
    params,
    ...(payload.prompt && { prompt: { ...payload.prompt, details: {} } }),
    ...(payload.session && { session }),
  };
}
