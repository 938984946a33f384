import { setTimeout as sleep } from 'node:timers/promises';
import { commandName } from '../base/command-name.js';
import { UnavailableError } from '../base/unavailable-error.js';
import { KeyError } from '../keys/key-file.js';
import type { KeyChange, KeyRing } from '../keys/key-ring.js';
import type { HeldKeys } from '../keys/keys.js';
import { deleteExpired } from '../storage/delete-expired.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { takeTurn, transact } from '../storage/transaction.js';
import { findMasterKeysInUse } from './data-keys.js';
import type { RecordKeys } from './key-requirements.js';
import { type HeldRings, type RunningServer, RunningServers } from './running-servers.js';

/** The name under which master keys are registered; the others are the file names of `keys/`. */
export const MASTER_RING = 'master-key';

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

/**
 * The fingerprints of the keys that every server of this database must hold. What one server signs or seals another must be able
 * to open: without this register, servers with different keys would each work, and refuse or overlook what the others made.
 */
export class KeyRegister {
  /** the servers that use this database */
  readonly servers: RunningServers;
  #recent: { readonly readAt: number; readonly required: Promise<Map<string, Set<string>>> } | undefined;

  /** @param noticeMs shortened by tests */
  constructor(
    private readonly store: Pick<Store, 'db' | 'now'>,
    private readonly noticeMs = NOTICE_MS,
  ) {
    this.servers = new RunningServers(store);
  }

  /**
   * Registers the current keys of a server as far as that harms no other server: the first server's keys, and a key that every
   * other running server holds.
   * @returns what is wrong with the server's keys, for the operator; empty: nothing
   */
  async reconcile(held: HeldRings, server: RunningServer): Promise<string[]> {
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
        const lacking = isFirst || missing.has(ring) ? [] : await this.servers.find(db, ring, lacks(current), server.id);
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
   * @param record called in the transaction
   * @throws KeyError naming the servers that do not hold the new key. Nothing was changed
   */
  async publish(
    ring: string,
    { oldKid, newKid }: KeyChange,
    retiredSeconds: number | undefined,
    record: RecordKeys = async () => {},
  ): Promise<void> {
    const { db } = this.store;
    const describe = (hosts: readonly string[]) =>
      `${hosts.length === 1 ? 'does' : 'do'} not hold the next key, ${newKid}, yet: ${copyHint}. The present key stays in use`;
    await this.#waitForServers(ring, lacks(newKid), describe);
    await transact(db, async (db) => {
      await takeTurn(db, 'keys');
      await insert(db, ring, newKid);
      if (retiredSeconds !== undefined)
        await db
          .updateTable('keyFingerprints')
          .set({ expiresAt: this.store.now() + retiredSeconds * 1000 - MARGIN_MS })
          .where('ring', '=', ring)
          .where('fingerprint', '=', oldKid)
          .execute();
      await record(db, { required: { [ring]: [newKid] }, released: {} });
    });
  }

  /**
   * Forgets keys that are no longer needed.
   * @param record called in the transaction, if there are any
   * @throws KeyError naming the servers that still seal or sign with one of them. Nothing was changed
   */
  async forget(ring: string, fingerprints: readonly string[], record: RecordKeys = async () => {}): Promise<void> {
    if (fingerprints.length === 0) return;
    const uses = ([current]: readonly string[]) => fingerprints.includes(current ?? '');
    await this.#waitForServers(ring, uses, (hosts) => `still ${hosts.length === 1 ? 'uses' : 'use'} an old key: ${copyHint}`);
    await transact(this.store.db, async (db) => {
      await db.deleteFrom('keyFingerprints').where('ring', '=', ring).where('fingerprint', 'in', fingerprints).execute();
      await record(db, { required: {}, released: { [ring]: fingerprints } });
    });
  }

  /**
   * Requires the keys of this server from now on, instead of those that it lacks: keys were lost or replaced on purpose.
   * @param record called in the transaction, if something changed
   * @returns the kinds that changed
   * @throws KeyError if stored data is sealed with a master key that is missing
   */
  async accept(held: HeldRings, record: RecordKeys = async () => {}): Promise<string[]> {
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
      const required = Object.fromEntries(unregistered.map((ring) => [ring, [held[ring]!.current]]));
      if (missing.size > 0 || unregistered.length > 0) await record(db, { required, released: Object.fromEntries(missing) });
      return [...new Set([...missing.keys(), ...unregistered])].sort();
    });
  }

  /** Deletes what has expired, in batches. @param now epoch milliseconds @param signal stops between two batches */
  async sweep(now: number, signal?: AbortSignal): Promise<void> {
    const by = { key: ['ring', 'fingerprint'], time: 'expiresAt', before: now } as const;
    await deleteExpired(this.store.db, { table: 'keyFingerprints', ...by }, signal).then(() => this.servers.sweep(now, signal));
  }

  /**
   * Waits until no running server holds what is not wanted any more: in a shared folder they notice a change within a second.
   * @param describe what these servers do, after their names
   * @throws KeyError
   */
  async #waitForServers(
    ring: string,
    isUnwanted: (held: readonly string[]) => boolean,
    describe: (hosts: readonly string[]) => string,
  ): Promise<void> {
    for (const deadline = performance.now() + this.noticeMs; ; await sleep(250)) {
      const hosts = await this.servers.find(this.store.db, ring, isUnwanted);
      if (hosts.length === 0) return;
      if (performance.now() >= deadline) throw new KeyError(`${hosts.join(', ')} ${describe(hosts)}`);
    }
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
}

const copyHint = 'copy the folder keys/ of this server there, and run this again';

const lacks =
  (fingerprint: string) =>
  (held: readonly string[]): boolean =>
    !held.includes(fingerprint);

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
      `the key ${fingerprints.join(', ')} of ${ring} is missing, which the other servers use: copy it from their keys/${ring === MASTER_RING ? ' or TRIFACE_MASTER_KEY' : ''}. If it was lost or replaced on purpose, run \`${commandName} keys accept\``,
  );

const describeUnknown = (ring: string, fingerprint: string, lacking: readonly string[]): string =>
  `the current key ${fingerprint} of ${ring} is unknown to ${lacking.join(', ')}: copy it there, or restore the former key here`;
