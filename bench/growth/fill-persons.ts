import { randomBytes, randomUUID } from 'node:crypto';
import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import { toSearchText } from '../../src/gallery/fold-text.js';
import { sealTemplate } from '../../src/gallery/template.js';
import { KEY_LENGTH, seal } from '../../src/vault/seal.js';
import { seededVectors } from '../../test/gallery/index/unit-vectors.js';
import type { Owner } from './bed.js';
import type { BenchDatabase, Value } from './database.js';
import { masterKeyText } from './installation.js';

/** Rows made at a time. */
const BATCH = 1000;
const [masterKey] = parseMasterKeys(masterKeyText);
const firstNames = ['Ana', 'Luis', 'María', 'Jorge', 'Lucía', 'Pedro', 'Elena', 'Carlos', 'Rosa', 'Miguel'];
const lastNames = ['Gómez', 'Pérez', 'Quispe', 'Rojas', 'Flores', 'Mamani', 'Vargas', 'Castro', 'Silva', 'Torres', 'Núñez'];

const keyColumns = ['subject', 'wrapped', 'master_key', 'created_at'];

/** A data key as src/vault/data-keys.ts stores it. A release cannot change this form without sealing all keys again. */
const wrap = (subject: string, key: Uint8Array, now: number): Value[] => [
  ...[subject, seal(masterKey.key, key, `data key of ${subject}`), masterKey.id, now],
];

/** Creates the keys of scans, for pictures that are never opened. @param subjects uuids */
export const fillKeys = (database: BenchDatabase, subjects: readonly string[]): Promise<void> =>
  database.insert(
    'data_keys',
    keyColumns,
    subjects.map((subject) => wrap(subject, randomBytes(KEY_LENGTH), Date.now())),
  );

/**
 * Fills a database with persons of one company, each with a sealed template of a random direction (not of a face). Their numbers
 * count from `first`, their citizen ids are `cit-<number>`.
 * @param model name of the recognition model in use
 */
export async function fillPersons(
  database: BenchDatabase,
  { companyId, accountId }: Owner,
  { count, model, first = 1 }: { readonly count: number; readonly model: string; readonly first?: number },
): Promise<void> {
  const now = Date.now();
  for (let from = first; from < first + count; from += BATCH) {
    const persons: Value[][] = [];
    const keys: Value[][] = [];
    const enrolments: Value[][] = [];
    for (let n = from; n < Math.min(from + BATCH, first + count); n++) {
      const [id, enrolment, key, citizenId] = [randomUUID(), randomUUID(), randomBytes(KEY_LENGTH), `cit-${n}`];
      const name = `${firstNames[n % firstNames.length]} ${lastNames[n % lastNames.length]} ${n}`;
      persons.push([n, id, companyId, citizenId, citizenId, name, toSearchText(citizenId, name), 0, 0, now, now, accountId]);
      keys.push(wrap(id, key, now));
      enrolments.push([
        ...[enrolment, n, companyId, model, sealTemplate(key, seededVectors(n, 1), enrolment, id), 0.9, now, accountId],
      ]);
    }
    await database.insert('data_keys', keyColumns, keys);
    await database.insert('persons', personColumns, persons);
    await database.insert('enrolments', enrolmentColumns, enrolments);
  }
  await database.continueNumbers('persons');
}

const personColumns = [
  ...['number', 'id', 'company_id', 'citizen_id', 'citizen_key', 'name', 'search_text', 'is_blocked', 'agreed_terms'],
  ...['created_at', 'updated_at', 'created_by'],
];
const enrolmentColumns = ['id', 'person', 'company_id', 'model', 'template', 'quality', 'created_at', 'created_by'];
