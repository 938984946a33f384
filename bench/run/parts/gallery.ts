import { setTimeout as sleep } from 'node:timers/promises';
import { MemorySearch } from '../../../src/gallery/memory-search.js';
import { faceLikeVectors } from '../../../test/gallery/index/face-like-vectors.js';
import { FilledGallery } from '../../filled-gallery.js';
import { BenchClient } from '../../growth/client.js';
import { nameRecognitionModel } from '../../growth/recognition-model.js';
import { type Bench, timed } from '../bench.js';
import { withServer } from '../bench-server.js';

/** Values in a template. */
const dimension = 512;
/** Persons enrolled in one transaction. */
const batch = 500;
/** Persons that a search returns, as `POST /v1/identify` does by default. */
const limit = 5;
const probeCount = 50;

/** 1:N identification among persons with synthetic templates: the whole request, and the search alone in this process. */
export async function measureGallery(bench: Bench): Promise<void> {
  const model = await nameRecognitionModel();
  const gallery = await FilledGallery.create(model);
  try {
    let filled = 0;
    for (const persons of bench.plan.persons) {
      bench.print(`gallery: ${persons} persons`);
      for (; filled < persons; filled += Math.min(batch, persons - filled))
        await gallery.enrol(faceLikeVectors(1 + filled, Math.min(batch, persons - filled)));
      await measureAt(bench, persons, gallery, model);
    }
  } finally {
    await gallery.remove();
  }
}

async function measureAt(bench: Bench, persons: number, { dataDir, account }: FilledGallery, model: string): Promise<void> {
  const probes = faceLikeVectors(2, probeCount);
  const search = new MemorySearch({
    ...{ database: { databaseUrl: '', dataDir }, fixedMasterKeys: [], recognitionModel: model, templateLength: dimension },
    ...{ threads: 1, onThreadLost: (reason: string) => bench.print(`search thread: ${reason}`) },
  });
  try {
    await search.start();
    await withServer({ DATA_DIR: dataDir }, async ({ url }) => {
      const client = new BenchClient(() => url);
      const identify = (expected?: readonly number[]) =>
        client.send('/v1/identify', { as: 'basic', form: { image: bench.picture }, ...(expected ? { expected } : {}) });
      let round = 0;
      const find = () => {
        const from = (round++ % probeCount) * dimension;
        const vector = probes.subarray(from, from + dimension);
        return search.search({ companyId: account.companyId, vector, limit, minimum: -1 });
      };
      // The first request loads the templates; where that would take too long, it is refused.
      while ((await identify([200, 503])).status !== 200) await sleep(500);
      const at = { point: persons.toLocaleString('en'), at: persons };
      await bench.measure('gallery', [
        timed({ series: 'identification', ...at }, () => identify()),
        timed({ series: 'search alone', ...at }, find),
      ]);
    });
  } finally {
    await search.close();
  }
}
