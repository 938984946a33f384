import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../base/unavailable-error.js';
import { KeyError } from '../keys/key-file.js';
import type { KeyChange, KeyRing } from '../keys/key-ring.js';
import type { HeldKeys } from '../keys/keys.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { takeTurn, transact } from '../storage/transaction.js';
import { findMasterKeysInUse } from './data-keys.js';

/** The name under which master keys are registered; the others are the file names of `keys/`. */
export const MASTER_RING = 'master-key';

/** Milliseconds without a sign of life after which a server counts as stopped. */
const SERVER_LIFE_MS = 10_000;
/** Milliseconds that a rotation waits for the servers to notice the next key in a shared folder: a second, unless they are busy. */
const NOTICE_MS = 10_000;
/** Milliseconds for which the register is not read again to look up an unknown key. */
const RECENT_MS = 100;
/** Milliseconds by which a retired key is forgotten here before its file is. */
const MARGIN_MS = 60_000;

/**
 * A ring that throws UnavailableError when it is asked for a key that other servers use and this one lacks: what was made with
 * such a key is not invalid.
 */
export const watchRing = <Key>(name: string, ring: KeyRing<Key>, register: KeyRegister): KeyRing<Key> => ({
  ...ring,
  async find(kid) {
    const key = await ring.find(kid);
    if (!key && (await register.isRequired(name, kid)))
      throw new UnavailableError('keys', `the key ${kid} of ${name} is missing, which other servers use`);
    return key;
  },
});

/** The keys of a server, by kind. */
export type HeldRings = Readonly<Record<string, HeldKeys>>;

/** A server that uses this database. */
export interface RegisteredServer {
  /** uuid of the process */
  readonly id: string;
  readonly host: string;
  readonly startedAt: number;
}

/**
 * The fingerprints of the keys that every server of this database must hold, and the servers with what each holds. What one
 * server signs or seals another must be able to open: without this register, servers with different keys would each work, and
 * refuse or overlook what the others made.
 */
export class KeyRegister {
  #recent: { readonly readAt: number; readonly required: Promise<Map<string, Set<string>>> } | undefined;

  /** @param noticeMs shortened by tests */
  constructor(
    private readonly store: Pick<Store, 'db' | 'now'>,
    private readonly noticeMs = NOTICE_MS,
  ) {}

  /**
   * Registers the current keys of a server as far as that harms no other server: the first server's keys, and a key that every
   * other running server holds.
   * @returns what is wrong with the server's keys, for the operator; empty: nothing
   */
  async reconcile(held: HeldRings, server: RegisteredServer): Promise<string[]> {
    const { db } = this.store;
    const before = await this.#compare(db, held);
    if (before.unregistered.length === 0) return describeMissing(before.missing);
    return transact(db, async (db) => {
      await takeTurn(db, 'keys');
      const { required, missing, unregistered } = await this.#compare(db, held);
      const unknownToOthers: string[] = [];
      for (const ring of unregistered) {
        const { current } = held[ring]!;
        const isFirst = !required.has(ring) && (ring !== MASTER_RING || (await this.#registerInUse(db, held[ring]!, missing)));
        const lacking = isFirst || missing.has(ring) ? [] : await this.#findServersWithout(db, ring, current, server.id);
        if (isFirst || (!missing.has(ring) && lacking.length === 0)) await insert(db, ring, current);
        else if (!missing.has(ring)) unknownToOthers.push(describeUnknown(ring, current, lacking));
      }
      return [...describeMissing(missing), ...unknownToOthers];
    });
  }

  /** What is wrong with the keys of this data directory, for the operator. Changes nothing. */
  async inspect(held: HeldRings): Promise<string[]> {
    const { required, missing, unregistered } = await this.#compare(this.store.db, held);
    const unknown = unregistered.filter((ring) => required.has(ring) && !missing.has(ring));
    return [
      ...describeMissing(missing),
      ...unknown.map((ring) => `the current key ${held[ring]!.current} of ${ring} is not one of those that the servers use`),
    ];
  }

  /** The servers that run now: where they listen, and milliseconds since they were seen last. */
  async listServers(): Promise<{ readonly host: string; readonly agoMs: number }[]> {
    const now = this.store.now();
    const servers = this.store.db
      .selectFrom('servers')
      .select(['host', 'seenAt'])
      .where('seenAt', '>', now - SERVER_LIFE_MS);
    return (await servers.orderBy('host').execute()).map(({ host, seenAt }) => ({ host, agoMs: now - seenAt }));
  }

  /** Records that a server runs, and what it holds. */
  async sign({ id, host, startedAt }: RegisteredServer, held: HeldRings): Promise<void> {
    const { db } = this.store;
    const heldKeys = JSON.stringify(Object.fromEntries(Object.entries(held).map(([ring, { all }]) => [ring, all])));
    const sign = { seenAt: this.store.now(), heldKeys };
    await db
      .insertInto('servers')
      .values({ id, host, startedAt, ...sign })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(sign))
      .execute();
  }

  /** Records that a server has stopped. */
  async signOff(id: string): Promise<void> {
    await this.store.db.deleteFrom('servers').where('id', '=', id).execute();
  }

  /** Whether a key is one that every server must hold. Asked for ids that anybody can invent, so the database is asked rarely. */
  async isRequired(ring: string, fingerprint: string): Promise<boolean> {
    const now = performance.now();
    if (!this.#recent || now - this.#recent.readAt > RECENT_MS)
      this.#recent = { readAt: now, required: this.#readRequired(this.store.db) };
    return (await this.#recent.required).get(ring)?.has(fingerprint) ?? false;
  }

  /** The keys of a kind that every server must hold. */
  async listRequired(ring: string): Promise<ReadonlySet<string>> {
    return (await this.#readRequired(this.store.db)).get(ring) ?? new Set();
  }

  /**
   * Registers a new key before it is used; from then on every server must hold it.
   * @param retiredSeconds for which the old key is still needed; undefined: until `forget`
   * @throws KeyError naming the servers that do not hold the new key. Nothing was changed
   */
  async publish(ring: string, { oldKid, newKid }: KeyChange, retiredSeconds: number | undefined): Promise<void> {
    const { db } = this.store;
    for (const deadline = performance.now() + this.noticeMs; ; await sleep(250)) {
      const lacking = await this.#findServersWithout(db, ring, newKid);
      if (lacking.length === 0) break;
      if (performance.now() < deadline) continue;
      throw new KeyError(
        `${lacking.join(', ')} ${lacking.length === 1 ? 'does' : 'do'} not hold the next key, ${newKid}, yet: copy the folder keys/ of this server there, and run this again. The present key stays in use`,
      );
    }
    await transact(db, async (db) => {
      await takeTurn(db, 'keys');
      await insert(db, ring, newKid);
      if (retiredSeconds === undefined) return;
      const expiresAt = this.store.now() + retiredSeconds * 1000 - MARGIN_MS;
      await db
        .updateTable('keyFingerprints')
        .set({ expiresAt })
        .where('ring', '=', ring)
        .where('fingerprint', '=', oldKid)
        .execute();
    });
  }

  /**
   * Forgets keys that are no longer needed.
   * @throws KeyError naming the servers that still seal or sign with one of them. Nothing was changed
   */
  async forget(ring: string, fingerprints: readonly string[]): Promise<void> {
    if (fingerprints.length === 0) return;
    const { db } = this.store;
    for (const deadline = performance.now() + this.noticeMs; ; await sleep(250)) {
      const using = await this.#findServers(db, ring, ([current]) => fingerprints.includes(current ?? ''));
      if (using.length === 0) break;
      if (performance.now() < deadline) continue;
      throw new KeyError(
        `${using.join(', ')} still ${using.length === 1 ? 'uses' : 'use'} an old key: copy the folder keys/ of this server there, and run this again`,
      );
    }
    await db.deleteFrom('keyFingerprints').where('ring', '=', ring).where('fingerprint', 'in', fingerprints).execute();
  }

  /**
   * Requires the keys of this server from now on, instead of those that it lacks: keys were lost or replaced on purpose.
   * @returns the kinds that changed
   * @throws KeyError if stored data is sealed with a master key that is missing
   */
  async accept(held: HeldRings): Promise<string[]> {
    return transact(this.store.db, async (db) => {
      await takeTurn(db, 'keys');
      const lost = [...(await findMasterKeysInUse(db))].filter((id) => !held[MASTER_RING]?.all.includes(id));
      if (lost.length > 0)
        throw new KeyError(
          `the master key ${lost.join(', ')} is missing, and templates and pictures are sealed with it: restore it in TRIFACE_MASTER_KEY or keys/master-key`,
        );
      const { missing, unregistered } = await this.#compare(db, held);
      for (const [ring, fingerprints] of missing)
        await db.deleteFrom('keyFingerprints').where('ring', '=', ring).where('fingerprint', 'in', fingerprints).execute();
      for (const ring of unregistered) await insert(db, ring, held[ring]!.current);
      return [...new Set([...missing.keys(), ...unregistered])].sort();
    });
  }

  /** Deletes what has expired. @param now epoch milliseconds */
  async sweep(now: number): Promise<void> {
    const { db } = this.store;
    await db.deleteFrom('keyFingerprints').where('expiresAt', '<', now).execute();
    await db
      .deleteFrom('servers')
      .where('seenAt', '<', now - 60 * SERVER_LIFE_MS)
      .execute();
  }

  async #readRequired(db: Database): Promise<Map<string, Set<string>>> {
    const required = new Map<string, Set<string>>();
    for (const { ring, fingerprint, expiresAt } of await db.selectFrom('keyFingerprints').selectAll().execute()) {
      if (expiresAt !== null && expiresAt <= this.store.now()) continue;
      const fingerprints = required.get(ring) ?? new Set();
      required.set(ring, fingerprints.add(fingerprint));
    }
    return required;
  }

  /** A database of an earlier release has no register yet: its data tells which master keys are needed. @returns whether all are held */
  async #registerInUse(db: Database, { all }: HeldKeys, missing: Map<string, string[]>): Promise<boolean> {
    const inUse = [...(await findMasterKeysInUse(db))];
    for (const id of inUse) await insert(db, MASTER_RING, id);
    const lacking = inUse.filter((id) => !all.includes(id));
    if (lacking.length > 0) missing.set(MASTER_RING, lacking);
    return lacking.length === 0;
  }

  async #compare(db: Database, held: HeldRings) {
    const required = await this.#readRequired(db);
    const missing = new Map<string, string[]>();
    const unregistered: string[] = [];
    for (const [ring, { current, all }] of Object.entries(held)) {
      const lacking = [...(required.get(ring) ?? [])].filter((fingerprint) => !all.includes(fingerprint));
      if (lacking.length > 0) missing.set(ring, lacking);
      if (!required.get(ring)?.has(current)) unregistered.push(ring);
    }
    return { required, missing, unregistered };
  }

  #findServersWithout(db: Database, ring: string, fingerprint: string, except?: string): Promise<string[]> {
    return this.#findServers(db, ring, (held) => !held.includes(fingerprint), except);
  }

  /** Hosts of the running servers by what they hold of a kind, the current key first. */
  async #findServers(
    db: Database,
    ring: string,
    isWanted: (held: readonly string[]) => boolean,
    except?: string,
  ): Promise<string[]> {
    const servers = await db
      .selectFrom('servers')
      .select(['id', 'host', 'heldKeys'])
      .where('seenAt', '>', this.store.now() - SERVER_LIFE_MS)
      .execute();
    return servers
      .filter(({ id, heldKeys }) => {
        const held = JSON.parse(heldKeys) as Record<string, string[] | undefined>;
        return id !== except && isWanted(held[ring] ?? []);
      })
      .map(({ host }) => host);
  }
}

async function insert(db: Database, ring: string, fingerprint: string): Promise<void> {
  await db
    .insertInto('keyFingerprints')
    .values({ ring, fingerprint, expiresAt: null })
    .onConflict((conflict) => conflict.columns(['ring', 'fingerprint']).doUpdateSet({ expiresAt: null }))
    .execute();
}

const describeMissing = (missing: ReadonlyMap<string, readonly string[]>): string[] =>
  [...missing].map(
    ([ring, fingerprints]) =>
      `the key ${fingerprints.join(', ')} of ${ring} is missing, which the other servers use: copy it from their keys/${ring === MASTER_RING ? ' or TRIFACE_MASTER_KEY' : ''}. If it was lost or replaced on purpose, run \`triface keys accept\``,
  );

const describeUnknown = (ring: string, fingerprint: string, lacking: readonly string[]): string =>
  `the current key ${fingerprint} of ${ring} is unknown to ${lacking.join(', ')}: copy it there, or restore the former key here`;
