import type { ChangeRecorder } from '../audit/change-log.js';
import type { Database } from '../storage/schema.js';
import { takeTurn, transact } from '../storage/transaction.js';
import { type AccountRow, selectAccounts } from './account-rows.js';
import { findOrAddCompany } from './companies.js';

/** What moving needs. */
interface MovingParts {
  readonly db: Database;
  readonly now: () => number;
  readonly changes: ChangeRecorder;
}

/** Moves an account to a company, which is created if it does not exist. @throws AccountError `bad-company` */
export async function moveAccount({ db, now, changes }: MovingParts, accountId: string, company: string): Promise<void> {
  const find = (db: Database) => selectAccounts(db).where('accounts.id', '=', accountId).executeTakeFirst();
  const isElsewhere = (row: AccountRow | undefined): row is AccountRow => row !== undefined && row.company !== company;
  if (!isElsewhere(await find(db))) return;
  await transact(db, async (db) => {
    await takeTurn(db, 'accounts');
    // Once more, since another request may have moved it meanwhile.
    const row = await find(db);
    if (!isElsewhere(row)) return;
    const { id: companyId, isNew } = await findOrAddCompany(db, company, now());
    await db.updateTable('accounts').set({ companyId, updatedAt: now() }).where('id', '=', accountId).execute();
    await changes.record(db, {
      ...{ action: 'account.company', companyId, subject: accountId },
      ...{ old: { company: row.companyId }, new: { company: companyId, isNewCompany: isNew } },
    });
  });
}
