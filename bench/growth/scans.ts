import { type Bed, type Bench, change, forEachBench, startAll } from './bed.js';
import { readMemory } from './installation.js';
import { rareResult } from './make-scan.js';

const listPath = '/v1/face-liveness';
const DAY_MS = 86_400_000;

/** The fields of contract C by which a list can be sorted. */
const sortFields = [
  ...['id', 'createdDate', 'updatedDate', 'createdById', 'updatedById', 'salesChannel', 'elapsedTime', 'reference', 'result'],
  ...['livenessScore', 'eyeClosed', 'mouthOpened', 'boundaryFace', 'notFront', 'occluded', 'small', 'quality', 'luminance'],
];

/** Lists, single scans, corrections and exports of stored scans through contract C, one request after the other. */
export async function measureScans(bed: Bed): Promise<void> {
  const { size, benches } = bed;
  const ids = new Map<Bench, string[]>();
  await forEachBench(bed, (bench) =>
    change(bench, async (database) => {
      const numbers = Array.from({ length: 100 }, () => 1 + Math.floor(Math.random() * size));
      const rows = await database.query(`select id from scans where number in (${numbers.join()})`);
      ids.set(
        bench,
        rows.map(({ id }) => String(id)),
      );
    }),
  );
  for (const [bench, ms] of await startAll(bed)) bed.record(bench, 'start to ready', [ms]);
  const get = ({ client }: Bench, query: string) => client.send(`${listPath}${query}`, { as: 'c' });
  const list = (operation: string, query: string | (() => string)) =>
    bed.time(operation, (bench) => get(bench, `?${typeof query === 'string' ? query : query()}`));
  const one = (bench: Bench, round: number): string => ids.get(bench)![round % ids.get(bench)!.length]!;
  const last = Math.ceil(size / 20) - 1;
  const hundredth = Math.min(100, last);
  const middle = () => `page=${Math.floor(last * (0.3 + Math.random() * 0.4))}`;
  const since = (ms: number) => `createdFrom=${new Date(Date.now() - ms).toISOString()}`;

  await bed.time('get one', (bench, round) => get(bench, `/${one(bench, round)}`));
  await list('list page 0', 'page=0');
  await list('list page 100 or last', `page=${hundredth}`);
  await list('list middle page', middle);
  await list('list last page', `page=${last}`);
  await list('list size=200 page 0', 'size=200');
  await bed.time('filter reference', (bench, round) => get(bench, `?reference=order%20${round % Math.ceil(size / 3)}`));
  await list('filter result=Spoof', 'result=Spoof');
  await list('filter result=Spoof, sort created desc', 'result=Spoof&sort=createdDate,desc');
  await list('filter result rare', `result=${encodeURIComponent(rareResult)}`);
  await list('filter salesChannel=WEB', 'salesChannel=WEB');
  await list('filter date: last hour', since(DAY_MS / 24));
  await list('filter date: last day', since(DAY_MS));
  await list('filter date: since ever', 'createdFrom=2000-01-01T00:00:00Z');
  await list('filter date + result', 'createdFrom=2000-01-01T00:00:00Z&result=Real');
  await list('sort livenessScore page 100 or last', `page=${hundredth}&sort=livenessScore,desc`);
  await list('sort livenessScore middle page', () => `${middle()}&sort=livenessScore,desc`);
  await list('sort two fields (result, livenessScore)', 'sort=result,asc&sort=livenessScore,desc');
  await bed.time('PUT one', (bench, round) =>
    bench.client.send(`${listPath}/${one(bench, round)}`, { as: 'c', method: 'PUT', json: { reference: `ref ${round}` } }),
  );
  await measureSorts(bed, get);
  for (const format of ['csv', 'ndjson']) await measureExport(bed, format);
  for (const bench of benches) bed.record(bench, 'RSS after all lists', [readMemory(bench.installation.pid).residentMb], 'MB');
  await measureCompany(bed, get);
}

/** Each sort field, page 0: a few rounds, of which the medians' least and greatest are recorded. */
async function measureSorts(bed: Bed, get: (bench: Bench, query: string) => Promise<unknown>): Promise<void> {
  const medians = new Map(bed.benches.map((bench): [Bench, number[]] => [bench, []]));
  const rounds = Math.min(bed.rounds, 5);
  for (const field of sortFields)
    for (const bench of bed.benches) {
      const taken: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const began = performance.now();
        await get(bench, `?sort=${field},asc`);
        taken.push(performance.now() - began);
      }
      medians.get(bench)!.push(taken.sort((a, b) => a - b)[rounds >> 1]!);
    }
  for (const [bench, values] of medians) {
    bed.record(bench, `${sortFields.length} sort fields, page 0: least p50`, [Math.min(...values)]);
    bed.record(bench, `${sortFields.length} sort fields, page 0: greatest p50`, [Math.max(...values)]);
  }
}

/** A whole export, with the greatest memory meanwhile. */
async function measureExport({ benches, size, record }: Bed, format: string): Promise<void> {
  for (const bench of benches) {
    let peakMb = 0;
    const look = () => {
      peakMb = Math.max(peakMb, readMemory(bench.installation.pid).residentMb);
    };
    const watch = setInterval(look, 20);
    const began = performance.now();
    await bench.client.send(`${listPath}/export?format=${format}`, { as: 'c' });
    const seconds = (performance.now() - began) / 1000;
    clearInterval(watch);
    // A short export may be over before the first look.
    look();
    record(bench, `export ${format.toUpperCase()}`, [size / seconds], 'rows/s');
    record(bench, `export ${format.toUpperCase()}: greatest RSS`, [peakMb], 'MB');
  }
}

/** Short requests beside clients that read the slowest list without a pause, and forty such clients at once. */
async function measureCompany(bed: Bed, get: (bench: Bench, query: string) => Promise<unknown>): Promise<void> {
  const slow = '?createdFrom=2000-01-01T00:00:00Z&result=Real';
  const kinds: readonly (readonly [string, (bench: Bench) => Promise<unknown>])[] = [
    ['list page 0', (bench) => get(bench, '?page=0')],
    ['list ?reference=', (bench) => get(bench, '?reference=order%200')],
    ['contract A person list', ({ client }) => client.send('/api/v3.2/biometrics/recognizer/persons/', { as: 'a' })],
    ['date + result itself', (bench) => get(bench, slow)],
  ];
  for (const readers of [0, 1, 4]) {
    const taken = new Map<string, Map<Bench, number[]>>();
    // Up to three turns for each version, so that both share the machine's load.
    for (let turn = 0; turn < Math.min(3, bed.rounds); turn++)
      for (const bench of bed.benches) {
        let isReading = true;
        const reading = Array.from({ length: readers }, async () => {
          while (isReading) await get(bench, slow);
        });
        for (const [name, ask] of kinds)
          for (let round = 0; round < Math.ceil(bed.rounds / 3); round++) {
            const began = performance.now();
            await ask(bench);
            const ofKind = taken.get(name) ?? new Map<Bench, number[]>();
            taken.set(name, ofKind.set(bench, [...(ofKind.get(bench) ?? []), performance.now() - began]));
          }
        isReading = false;
        await Promise.all(reading);
      }
    const beside = readers === 0 ? 'alone' : `beside ${readers} reader${readers > 1 ? 's' : ''} of date + result`;
    for (const [name, ofKind] of taken) for (const [bench, values] of ofKind) bed.record(bench, `${name}, ${beside}`, values);
  }
  await measureCrowd(bed, slow);
}

async function measureCrowd({ benches, record }: Bed, slow: string): Promise<void> {
  for (const bench of benches) {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const began = performance.now();
        const { status } = await bench.client.send(`${listPath}${slow}`, { as: 'c', expected: [200, 503] });
        return { status, ms: performance.now() - began };
      }),
    );
    const served = answers.filter(({ status }) => status === 200);
    record(bench, '40 × date + result at once: answered with 200', [served.length], 'requests');
    record(bench, '40 × date + result at once: slowest', [Math.max(...answers.map(({ ms }) => ms))]);
  }
}
