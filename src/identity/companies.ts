import { randomUUID } from 'node:crypto';
import type { Database } from '../storage/schema.js';
import { AccountError } from './account-error.js';

/** The company that is created for accounts without a company name. */
const FIRST_COMPANY = 'default';

/**
 * The company with this name, which is created if it does not exist; without a name, the oldest company. Call within a
 * transaction that has taken its turn.
 * @throws AccountError `bad-company`
 */
export async function findOrAddCompany(
  db: Database,
  name: string | undefined,
  now: number,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  if (name !== undefined && (name.trim() !== name || name === '' || name.length > 150 || /\p{C}/u.test(name)))
    throw new AccountError('bad-company', 'a company name must have 1 to 150 characters and no control characters');
  const companies = db.selectFrom('companies').select('id');
  const found = await (name === undefined ? companies.orderBy('createdAt').orderBy('id') : companies.where('name', '=', name))
    .limit(1)
    .executeTakeFirst();
  if (found) return { id: found.id, isNew: false };
  const id = randomUUID();
  await db
    .insertInto('companies')
    .values({ id, name: name ?? FIRST_COMPANY, createdAt: now })
    .execute();
  return { id, isNew: true };
}
