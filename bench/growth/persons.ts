import { setTimeout as sleep } from 'node:timers/promises';
import { selfie } from '../../test/fixtures/pictures.js';
import { type Bed, type Bench, startAll } from './bed.js';
import { readMemory } from './installation.js';

const recognizer = '/api/v3.2/biometrics/recognizer';
const persons = `${recognizer}/persons/`;

/** Lists, searches, registration, recognition and erasure of persons through contract A, and the start with their templates. */
export async function measurePersons(bed: Bed): Promise<void> {
  const picture = await selfie();
  const identify = ({ client }: Bench, expected?: readonly number[]) =>
    client.send('/v1/identify', { as: 'basic', form: { image: picture }, ...(expected ? { expected } : {}) });

  // One after the other, so that neither loads its templates beside the other.
  for (const bench of bed.benches) {
    const { installation } = bench;
    bed.record(bench, 'start to ready', [await installation.start()]);
    bed.record(bench, 'RSS when ready', [readMemory(installation.pid).residentMb], 'MB');
    const began = performance.now();
    // Contract A waits for the templates, and answers 503 when that takes too long.
    while ((await identify(bench, [200, 503])).status !== 200) await sleep(100);
    bed.record(bench, 'first identify after the start', [performance.now() - began]);
    await untilReady(bench);
    bed.record(bench, 'RSS with the templates', [readMemory(installation.pid).residentMb], 'MB');
    await installation.stop();
  }
  await startAll(bed);
  for (const bench of bed.benches) await untilReady(bench);

  const list = (operation: string, query: string) =>
    bed.time(operation, ({ client }) => client.send(`${persons}${query}`, { as: 'a' }));
  await list('list page 1', '');
  await list('list page 100 or last', `?page=${Math.min(100, Math.ceil(bed.size / 20))}`);
  await list('list page=last', '?page=last');
  await list('search "gomez"', '?search=gomez');
  await list('search one citizen id', `?search=cit-${Math.min(777, bed.size)}`);
  await list('search nobody', '?search=zzzyyy');
  await list('search three words', '?search=ana%20gomez%201');
  await bed.time('get person', ({ client }, round) => client.send(`${persons}${1 + (round % bed.size)}/`, { as: 'a' }));

  const ids = new Map<Bench, number>();
  const taken = new Map<string, Map<Bench, number[]>>();
  const steps: readonly (readonly [string, (bench: Bench, citizenId: string) => Promise<unknown>])[] = [
    [
      'create (duplicates: default)',
      async (bench, citizenId) => {
        const form = { citizen_id: citizenId, name: 'Measured', image: picture };
        const { body } = await bench.client.send(persons, { as: 'a', form, expected: [201] });
        ids.set(bench, (body as { id: number }).id);
      },
    ],
    [
      'patch name',
      (bench) => bench.client.send(`${persons}${ids.get(bench)}/`, { as: 'a', method: 'PATCH', form: { name: 'Changed' } }),
    ],
    [
      'face 1:1',
      ({ client }, citizenId) => client.send(`${recognizer}/face/`, { as: 'a', form: { citizen_id: citizenId, image: picture } }),
    ],
    ['identify', (bench) => identify(bench)],
    [
      'liveness (no gallery)',
      ({ client }) => client.send('/api/v3/biometrics/liveness/', { as: 'a', form: { selfie: picture } }),
    ],
    ['delete', (bench) => bench.client.send(`${persons}${ids.get(bench)}/`, { as: 'a', method: 'DELETE' })],
  ];
  for (let round = -Math.min(2, bed.rounds); round < bed.rounds; round++)
    for (const bench of round % 2 === 0 ? bed.benches : bed.benches.toReversed())
      for (const [operation, step] of steps) {
        const began = performance.now();
        await step(bench, `measured-${round}`);
        if (round < 0) continue;
        const ofStep = taken.get(operation) ?? new Map<Bench, number[]>();
        taken.set(operation, ofStep.set(bench, [...(ofStep.get(bench) ?? []), performance.now() - began]));
      }
  for (const [operation, ofStep] of taken) for (const [bench, values] of ofStep) bed.record(bench, operation, values);
}

/** Waits until the templates are loaded. */
async function untilReady({ client }: Bench): Promise<void> {
  while ((await client.send('/health/ready', { expected: [200, 503] })).status !== 200) await sleep(50);
}
