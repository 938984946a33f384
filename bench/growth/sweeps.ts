import { setTimeout as sleep } from 'node:timers/promises';
import { type Bed, type Bench, change } from './bed.js';
import { type Expiring, expiring, tenthOf } from './expired-rows.js';
import { keepAsking, watchHealth } from './watch-health.js';

const persons = '/api/v3.2/biometrics/recognizer/persons/';
/** Milliseconds after which a sweep that is not done ends the bench. */
const LIMIT_MS = 900_000;
const reference = 'to be erased';

/**
 * What is deleted, and whether others notice: erasures while the server runs, and the sweeps of a start. The longest silence is the
 * longest time that a request for /health/live waited, as another process saw it.
 */
export async function measureSweeps(bed: Bed): Promise<void> {
  for (const bench of bed.benches) await measureErasures(bed, bench);
  for (const kind of expiring) for (const bench of bed.benches) await measureStart(bed, bench, kind);
}

async function measureErasures(bed: Bed, bench: Bench): Promise<void> {
  const { installation, client } = bench;
  const some = tenthOf(bed.size);
  const company = await prepareErasures(bench, some);
  await installation.start();
  client.forget();
  const askNeighbour = () => client.send(persons, { as: 'a' });
  // Logs in, which is not measured.
  await askNeighbour();
  const alone = keepAsking(askNeighbour);
  await sleep(1500);
  bed.record(bench, 'a neighbour (contract A person list), alone', await alone());

  const measure = async (name: string, task: () => Promise<unknown>, left: string) => {
    const stopProbe = await watchHealth(installation.url);
    const stopNeighbour = keepAsking(askNeighbour);
    await sleep(200);
    const began = performance.now();
    await task();
    bed.record(bench, `${name}: answered after`, [performance.now() - began]);
    await change(bench, (database) => untilNone(async () => Number((await database.query(left))[0]!.count)));
    bed.record(bench, `${name}: rows gone after`, [performance.now() - began]);
    const neighbour = await stopNeighbour();
    bed.record(bench, `${name}: longest silence`, [(await stopProbe()).longestMs]);
    bed.record(bench, `${name}: the neighbour`, neighbour);
    bed.record(bench, `${name}: the neighbour, longest`, [Math.max(...neighbour)]);
  };
  await measure(
    'DELETE of a person compared in a tenth of the scans',
    () => client.send(`${persons}1/`, { as: 'a', method: 'DELETE' }),
    'select count(*) as count from scans where person_id is not null',
  );
  await measure(
    '`scans erase` of a tenth of the scans',
    () => installation.command('scans', 'erase', '--company', company, '--reference', reference),
    `select count(*) as count from scans where reference = '${reference}'`,
  );
  await installation.stop();
}

/** Links some scans to the first person, and gives as many others the reference to erase. @returns the company's name */
async function prepareErasures(bench: Bench, some: number): Promise<string> {
  let name = '';
  await change(bench, async (database, { companyId }) => {
    const [person] = await database.query('select id from persons where number = 1');
    await database.query('update scans set person_id = ? where number <= ?', String(person!.id), some);
    for (const table of ['scans', 'scan_summaries'])
      await database.query(`update ${table} set reference = ? where number > ? and number <= ?`, ...[reference, some, 2 * some]);
    name = String((await database.query('select name from companies where id = ?', companyId))[0]!.name);
    await database.settle();
  });
  return name;
}

async function measureStart(bed: Bed, bench: Bench, { name, prepare, left }: Expiring): Promise<void> {
  const { installation, client } = bench;
  await change(bench, async (database, owner) => {
    await prepare(database, owner, bed.size);
    await database.settle();
  });
  client.forget();
  let stopProbe = async () => ({ longestMs: 0, answers: 0 });
  const began = performance.now();
  const starting = installation.start(async (url) => {
    stopProbe = await watchHealth(url);
  });
  const sweeping = left
    ? change(bench, async (database) => {
        await untilNone(() => left(database));
        bed.record(bench, `start with ${name}: rows gone after`, [performance.now() - began]);
      })
    : undefined;
  bed.record(bench, `start with ${name}: ready after`, [await starting]);
  const askNeighbour = () => client.send(persons, { as: 'a' });
  await askNeighbour();
  const asking = keepAsking(askNeighbour);
  // Whatever begins only when the server is ready.
  await sleep(500);
  await sweeping;
  const neighbour = await asking();
  bed.record(bench, `start with ${name}: longest silence`, [(await stopProbe()).longestMs]);
  bed.record(bench, `start with ${name}: the neighbour once it is ready`, neighbour);
  await installation.stop();
}

/** @param count called again and again until it returns 0 @throws Error after a quarter of an hour */
async function untilNone(count: () => Promise<number>): Promise<void> {
  const began = performance.now();
  for (let left = await count(); left > 0; left = await count()) {
    if (performance.now() - began > LIMIT_MS) throw new Error(`${left} rows are still there`);
    await sleep(20);
  }
}
