import { sql } from 'kysely';
import { test } from 'tap';
import { measureHolds } from '../event-loop.js';
import { openAccounts } from '../identity/open-accounts.js';

test('SQLite: overwriting deleted data does not hold the event loop while another thread reads', async (t) => {
  const { store, accounts } = await openAccounts(t);
  const { companyId } = await accounts.create({ username: 'one', password: 'a password for tests' });
  const read = (steps: number) => {
    const query = sql<{ count: number }>`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(steps)})
      select count(*) as count from n, companies where n.i > 0`.compile(store.db);
    return store.readAside({ compile: () => query });
  };
  const write = () =>
    store.db
      .updateTable('companies')
      .set({ name: `${performance.now()}` })
      .where('id', '=', companyId)
      .execute();
  // As long on every machine: about a second.
  let steps = 100_000;
  let readMs = 0;
  while (readMs < 1000) {
    steps *= 2;
    const start = performance.now();
    await read(steps);
    readMs = performance.now() - start;
  }
  const reading = read(steps);
  // The log has something that the reader does not see.
  await write();
  const { clockMs } = await measureHolds(() => store.scrub());
  const [row] = await reading;
  t.equal(row?.count, steps);
  t.comment(`longest turn ${clockMs.toFixed(0)} ms, read ${readMs.toFixed(0)} ms`);
  t.ok(clockMs < readMs / 3, `${clockMs} ms of ${readMs} ms`);
});
