import type { Engine } from '../analysis/engine.js';
import type { Origin } from '../audit/change-log.js';
import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import { type DataKey, findDataKey } from '../vault/data-keys.js';
import { findPicture } from '../vault/pictures.js';
import { addEnrolment } from './enrolments.js';
import { recordChanges } from './gallery-clock.js';
import type { GalleryParts } from './gallery-parts.js';
import { lockPerson } from './link-scan.js';

/** Persons read per query. */
const BATCH = 100;

/** Number of persons by outcome. */
export interface ReEnrolment {
  /** have new templates of the model in use */
  readonly made: number;
  /** no picture is kept: not recognised until enrolled again */
  readonly withoutPicture: number;
  /** no face was found in the kept pictures: not recognised until enrolled again */
  readonly withoutFace: number;
}

/** How to re-enrol. */
export interface ReEnrolOptions {
  /** delete the templates of other models */
  readonly drop?: boolean;
  /** of the command, for the audit log */
  readonly origin?: Origin;
  readonly onPerson?: (done: number) => void;
}

/**
 * Creates templates of the model in use from the kept pictures, for everyone who lacks one. Safe while a server is running. Old
 * templates are kept so the change can be reverted, unless `drop` is set.
 * @throws what the engine throws; finished persons stay finished, and a second run continues
 */
export async function reEnrol(
  parts: GalleryParts,
  engine: Pick<Engine, 'analyze'>,
  { drop = false, origin, onPerson = () => {} }: ReEnrolOptions = {},
): Promise<ReEnrolment> {
  const outcome = { made: 0, withoutPicture: 0, withoutFace: 0 };
  const { db } = parts.store;
  let done = 0;
  for (let after = 0; ; ) {
    const persons = await findLacking(db, parts.recognitionModel, after);
    const last = persons.at(-1);
    if (!last) return outcome;
    after = last.number;
    for (const person of persons) {
      outcome[await reEnrolPerson(parts, engine, person, { drop, origin })]++;
      onPerson(++done);
    }
  }
}

/** Persons with enrolments, but none of this model. */
const findLacking = (db: Database, model: string, after: number) =>
  db
    .selectFrom('persons')
    .select(['persons.number', 'persons.id', 'persons.companyId'])
    .where('persons.number', '>', after)
    .where('persons.number', 'in', db.selectFrom('enrolments').select('person'))
    .where('persons.number', 'not in', db.selectFrom('enrolments').select('person').where('model', '=', model))
    .orderBy('persons.number')
    .limit(BATCH)
    .execute();

type Lacking = Awaited<ReturnType<typeof findLacking>>[number];

interface How {
  readonly drop: boolean;
  readonly origin: Origin | undefined;
}

async function reEnrolPerson(
  parts: GalleryParts,
  engine: Pick<Engine, 'analyze'>,
  person: Lacking,
  how: How,
): Promise<keyof ReEnrolment> {
  const { db } = parts.store;
  const key = await findDataKey(db, parts.masterKeys, person.id);
  const former = await db
    .selectFrom('enrolments')
    .select(['id', 'pictureId'])
    .where('person', '=', person.number)
    .where('pictureId', 'is not', null)
    .orderBy('number')
    .execute();
  const made: Made[] = [];
  for (const { id, pictureId } of key ? former : []) {
    const picture = await findPicture(db, key!, person.id, pictureId!);
    if (!picture) continue;
    const outcome = await engine.analyze({
      bytes: new Uint8Array(picture.bytes),
      embedding: true,
      livenessDecides: false,
      subject: 'prominent',
      lane: 'background',
    });
    const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
    if (face?.embedding) made.push({ former: id, pictureId: pictureId!, vector: face.embedding, quality: face.quality });
  }
  if (!key || former.length === 0) return 'withoutPicture';
  if (made.length === 0) return 'withoutFace';
  const now = parts.store.now();
  await transact(db, (db) => store(db, parts, { person, key, made, ...how }, now));
  return 'made';
}

interface Made {
  /** uuid of the enrolment that the picture came from */
  readonly former: string;
  readonly pictureId: string;
  readonly vector: Float32Array;
  readonly quality: number;
}

/** The pictures move to the new enrolments; the former ones keep their templates unless they are dropped. */
async function store(
  db: Database,
  { audit, recognitionModel: model, vectors }: GalleryParts,
  { person, key, made, drop, origin }: { person: Lacking; key: DataKey; made: readonly Made[] } & How,
  now: number,
): Promise<void> {
  if (!(await lockPerson(db, person))) return;
  const at = { companyId: person.companyId, person: person.number };
  const added: number[] = [];
  for (const { former, pictureId, vector, quality } of made) {
    await db.updateTable('enrolments').set({ pictureId: null }).where('id', '=', former).execute();
    const enrolment = { accountId: 'operator', model, vector, quality, pictureId };
    const { number } = await addEnrolment(db, { vectors }, person, key, enrolment, now);
    added.push(number);
  }
  const dropped = drop
    ? await db
        .deleteFrom('enrolments')
        .where('person', '=', person.number)
        .where('model', '!=', model)
        .returning('number')
        .execute()
    : [];
  await recordChanges(
    db,
    [
      ...dropped.map(({ number }) => ({ kind: 'remove' as const, ...at, enrolment: number })),
      ...added.map((enrolment) => ({ kind: 'add' as const, ...at, enrolment })),
    ],
    now,
  );
  await audit.append(db, {
    actor: 'operator',
    action: 'gallery.re-enrol',
    companyId: person.companyId,
    subject: person.id,
    detail: { ...origin, model, added: added.length, dropped: dropped.length },
  });
}
