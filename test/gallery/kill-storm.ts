import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { openAuditTools } from '../../src/audit/audit-keys.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { openTemplates } from '../../src/gallery/enrolments.js';
import { finishErasures } from '../../src/gallery/finish-erasure.js';
import { findByCitizenId } from '../../src/gallery/persons.js';
import { findOrphans } from '../../src/gallery/verify-erasure.js';
import { openStore } from '../../src/storage/store.js';
import { findDataKey } from '../../src/vault/data-keys.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { findPicture } from '../../src/vault/pictures.js';
import { serve } from '../app/served.js';
import { attachRecognizer, type Recognizer } from '../contracts/apptenticate/recognizer.js';
import { isClean } from './test-gallery.js';

/** Figures of the rounds. */
export interface StormFigures {
  readonly rounds: number;
  readonly created: number;
  readonly deleted: number;
  /** requests that were under way when the server died */
  readonly cut: number;
}

export interface StormOptions {
  readonly dataDir: string;
  /** '': SQLite in dataDir */
  readonly databaseUrl: string;
  readonly rounds: number;
  readonly picture: Buffer;
}

/** Milliseconds until the kill, different in each round. */
const stormMs = (round: number): number => 700 + ((round * 397) % 1900);

/**
 * Repeatedly kills a real server in the middle of creations and deletions, and checks each time that the database contains what
 * was acknowledged, and nothing partial.
 */
export async function killStorm(t: Test, { dataDir, databaseUrl, rounds, picture }: StormOptions): Promise<StormFigures> {
  const [user, password] = ['tester', 'correct horse battery'];
  const env = {
    ...{ DATA_DIR: dataDir, DATABASE_URL: databaseUrl },
    ...{ TRIFACE_ADMIN_USER: user, TRIFACE_ADMIN_PASSWORD: password },
  };
  /** acknowledged and not touched since, by citizen id; deleted by acknowledgement; asked to be deleted without an answer */
  const [there, gone] = [new Map<string, number>(), new Set<string>()];
  let [created, deleted, cut] = [0, 0, 0];
  let head: string | undefined;
  for (let round = 0; round < rounds; round++) {
    const server = await serve(t, env);
    const recognizer = await attachRecognizer(t, { url: server.url, dataDir, user, password }, databaseUrl);
    await recognizer.send('GET', 'recognizer/persons/'); // logs in
    await recognizer.store.close();
    let isOver = false;
    const lanes = Array.from({ length: 5 }, async (_, lane) => {
      while (!isOver)
        try {
          if (lane < 3 || there.size < 4) {
            await createOne(recognizer, picture, there);
            created += 1;
          } else if (await deleteOne(recognizer, there, gone)) deleted += 1;
        } catch {
          cut += 1;
          return;
        }
    });
    const before = { created, deleted };
    const isCalm = (): boolean => created === before.created || deleted === before.deleted;
    await sleep(stormMs(round));
    // On a busy machine until something was created and something deleted, so that each round has both to find again.
    while (isCalm() && cut < lanes.length * (round + 1)) await sleep(50);
    await server.end('SIGKILL');
    isOver = true;
    await Promise.all(lanes);
    head = await check(t, { dataDir, databaseUrl, round, there, gone, head });
  }
  return { rounds, created, deleted, cut };
}

async function createOne({ create }: Recognizer, picture: Buffer, there: Map<string, number>): Promise<void> {
  const citizen_id = randomUUID();
  const { status, json, text } = await create({ citizen_id, name: `Name of ${citizen_id}`, image: picture });
  if (status !== 201) throw new Error(`${status} ${text}`);
  there.set(citizen_id, json.id);
}

async function deleteOne({ send }: Recognizer, there: Map<string, number>, gone: Set<string>): Promise<boolean> {
  const [chosen] = there;
  if (!chosen) return false;
  const [citizenId, id] = chosen;
  // from now on it may be either, until it is acknowledged
  there.delete(citizenId);
  const { status } = await send('DELETE', `recognizer/persons/${id}/`);
  if (status !== 200) throw new Error(String(status));
  gone.add(citizenId);
  return true;
}

interface Found {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly round: number;
  readonly there: ReadonlyMap<string, number>;
  readonly gone: ReadonlySet<string>;
  /** of the audit log, after the round before */
  readonly head: string | undefined;
}

/** @returns the audit log's head */
async function check(t: Test, { dataDir, databaseUrl, round, there, gone, head }: Found): Promise<string | undefined> {
  const store = await openStore({ databaseUrl, dataDir });
  const { audit, receipts } = await openAuditTools({ dataDir, warn: () => {}, now: Date.now });
  const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
  const { companyId } = await store.db.selectFrom('accounts').select('companyId').executeTakeFirstOrThrow();
  const enrolment = await store.db.selectFrom('enrolments').select('model').executeTakeFirst();
  const faults: string[] = [];
  for (const [citizenId, number] of there) {
    const person = await findByCitizenId(store.db, companyId, citizenId);
    const key = person && (await findDataKey(store.db, masterKeys, person.id));
    const picture = key && person.pictureId && (await findPicture(store.db, key, person.id, person.pictureId));
    const templates = person && (await openTemplates(store.db, { masterKeys, recognitionModel: enrolment!.model }, person));
    if (person?.number !== number || !picture || templates?.length !== 1)
      faults.push(`${citizenId} was created and is not whole`);
  }
  for (const citizenId of gone)
    if (await findByCitizenId(store.db, companyId, citizenId)) faults.push(`${citizenId} was deleted and is there`);
  t.same(faults, [], `round ${round}: ${there.size} acknowledged persons, ${gone.size} acknowledged deletions`);
  const verified = await verifyAudit(store.db, audit, { expectedHead: head });
  t.ok(verified.ok, `round ${round}: ${JSON.stringify(verified)}`);
  // a killed process counts as late until its time has passed: what it held in memory went with it
  await finishErasures({ store, audit, receipts });
  const { lateReplicas: _, ...orphans } = await findOrphans(store, { receipts, audit });
  t.ok(isClean(orphans), `round ${round}: ${JSON.stringify(orphans)}`);
  await store.close();
  return verified.ok ? verified.head : head;
}
