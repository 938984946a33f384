import type { ScanSummary } from '../../../../src/scans/scan-summary.js';
import { summaryFieldNames } from '../../../../src/scans/scan-summary.js';
import { repetitions } from '../../../repetitions.js';
import { testEach } from '../../../storage/databases.js';
import { addScans, type Client, dmsScan, openScanServer } from '../scan-server.js';

/** The fields that `sort` accepts. */
const sortable = [
  ...['id', 'companyId', 'createdDate', 'updatedDate', 'createdById', 'updatedById', 'salesChannel'],
  ...summaryFieldNames,
];

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)]!;
const truth = [true, false, null];

/** Values at both ends of the range and in between, many of them equal. */
const anything = (): Partial<ScanSummary> => ({
  elapsedTime: Math.floor(Math.random() * 50) / 100,
  channel: pick(['WEB', 'MOBILE', 'OTHER', null]),
  reference: pick([null, '', 'A', 'a', 'é', '0', `r${Math.floor(Math.random() * 100)}`, 'zzz', '\u{1F600}']),
  result: pick(['Real', 'Spoof', 'No face']),
  livenessScore: pick([null, 0, 1, Math.random(), 0.5]),
  eyeClosed: pick(truth),
  mouthOpened: pick(truth),
  boundaryFace: pick(truth),
  notFront: pick(truth),
  occluded: pick(truth),
  small: pick(truth),
  quality: pick(['Low', 'Medium', 'High', null]),
  luminance: pick(['Dark', 'Normal', 'Light', null]),
});

/** Walks as a Spring client does: page after page until `last`. `between` runs after each page. */
async function walk(client: Client, query: string, size: number, between: () => Promise<unknown>) {
  // biome-ignore lint/suspicious/noExplicitAny: the entity as it came
  const seen: any[] = [];
  for (let page = 0; ; page++) {
    const { status, body } = await client.get(`/v1/face-liveness?page=${page}&size=${size}${query}`);
    if (status !== 200) throw new Error(`${query}: HTTP ${status} ${body.message}`);
    seen.push(...body.content);
    if (body.last) return seen;
    await between();
  }
}

/** Nulls are smallest, booleans are numbers, text is compared by its bytes. */
function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return Number(a) - Number(b);
}

testEach('scans, paged through in every order while others are inserted: no gap, no repeat, sorted', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const bob = await addClient('bob', 'Two');
  const start = Date.now() - 1_000_000;
  let known = new Set(
    await addScans(
      store,
      Array.from({ length: repetitions(203, 1003) }, () => dmsScan(ana, anything())),
      (index) => start + Math.floor(index / 3),
    ),
  );
  const orders = sortable.flatMap((field) => [[`${field},asc`], [`${field},desc`]]);
  orders.push([], ['result,asc', 'livenessScore,desc'], ['eyeClosed,desc', 'quality,asc', 'reference,desc']);
  const added: string[] = [];
  // up to the largest page
  const sizes = [61, 80, 97, 200];
  const insert = async () => {
    const made = await addScans(
      store,
      Array.from({ length: 2 }, () => dmsScan(ana, anything())),
      // some are dated earlier than all others
      () => pick([start - 1, Date.now()]),
    );
    added.push(...made);
    await addScans(store, [dmsScan(bob, anything())]);
  };
  for (const [index, sort] of orders.entries()) {
    const query = sort.map((part) => `&sort=${part}`).join('');
    added.length = 0;
    const scans = await walk(ana, query, sizes[index % sizes.length]!, insert);
    const ids = scans.map((scan) => scan.id as string);
    const seen = new Set(ids);
    const name = sort.join(' ') || 'unsorted';
    t.ok(added.length > 0, 'something was inserted');
    t.equal(seen.size, ids.length, `${name}: no repeat`);
    t.equal([...known].filter((id) => !seen.has(id)).length, 0, `${name}: no gap`);
    t.equal(ids.filter((id) => !known.has(id) && !added.includes(id)).length, 0, `${name}: nobody else’s`);
    if (sort.length > 0 && !sort[0]!.startsWith('companyId'))
      t.equal(ids.length, known.size, `${name}: what came during the walk waits for the next one`);
    const keys = sort.map((part) => part.split(',') as [string, string]);
    const isOrdered = scans.every((scan, index) => {
      if (index === 0) return true;
      for (const [field, direction] of keys) {
        const step = compare(scans[index - 1][field], scan[field]) * (direction === 'desc' ? -1 : 1);
        if (step !== 0) return step < 0;
      }
      return true;
    });
    t.ok(isOrdered, `${name}: in order`);
    known = new Set([...known, ...added]);
  }
});

testEach('page 0 shows what is new; two clients walk independently', async (t, databaseUrl) => {
  const { store, addClient } = await openScanServer(t, { DATABASE_URL: databaseUrl });
  const ana = await addClient('ana', 'One');
  const ann = await addClient('ann', 'One');
  await addScans(
    store,
    Array.from({ length: 5 }, () => dmsScan(ana)),
  );
  const page = async (client: Client, number: number) =>
    (await client.get(`/v1/face-liveness?size=2&page=${number}&sort=createdDate,desc`)).body;
  const first = await page(ana, 0);
  const [newest] = await addScans(store, [dmsScan(ana)], () => Date.now() + 1000);
  t.equal((await page(ana, 1)).totalElements, 5, 'ana is on her way');
  t.equal((await page(ann, 1)).totalElements, 6, 'ann did not begin at page 0');
  const again = await page(ana, 0);
  t.equal(again.content[0].id, newest);
  t.equal(again.totalElements, 6);
  t.not(first.content[0].id, newest);
});
