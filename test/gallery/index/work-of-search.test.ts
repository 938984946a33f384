import t from 'tap';
import { Candidates } from '../../../src/gallery/index/candidates.js';
import type { IndexKernel } from '../../../src/gallery/index/index-kernel.js';
import { TemplateIndex } from '../../../src/gallery/index/template-index.js';
import { TemplateMemory } from '../../../src/gallery/index/template-memory.js';
import { TemplateSet } from '../../../src/gallery/index/template-set.js';
import { faceLikeVectors } from './face-like-vectors.js';
import { seededVectors } from './unit-vectors.js';

// How much of the memory a search looks at: the same on every machine, however busy it is.

t.test('the codes rule out nearly all templates: few intervals are computed', async (t) => {
  const count = 8_000;
  const vectors = seededVectors(1, count);
  const set = new TemplateSet(new TemplateMemory(512));
  for (let i = 0; i < count; i++) set.add(i, i, vectors.subarray(i * 512, (i + 1) * 512));
  const probes = seededVectors(2, 6);
  for (let i = 0; i < 6; i++) {
    const bounded = set.search(probes.slice(i * 512, (i + 1) * 512), new Candidates(10, Number.NEGATIVE_INFINITY), undefined);
    t.ok(bounded < count / 25, `${bounded} intervals`);
  }
});

/** Rows that searches looked at, by the codes of all, of listed ones, and by prefixes. */
async function countRows(vectors: Float32Array, probes: Float32Array) {
  const index = new TemplateIndex(async () => new Map());
  for (let i = 0; i * 512 < vectors.length; i++) index.add('company', i, i, vectors.subarray(i * 512, (i + 1) * 512));
  const { kernel } = Reflect.get(index, 'memory') as TemplateMemory;
  const rows = { prefixes: 0, codes: 0, listed: 0 };
  const { run } = kernel;
  const counting: IndexKernel['run'] = {
    ...run,
    filterRows(...args) {
      rows[args[0] === kernel.at.probePrefix ? 'prefixes' : 'codes'] += args[5];
      return run.filterRows(...args);
    },
    filterListed(...args) {
      rows.listed += args[6];
      return run.filterListed(...args);
    },
  };
  Reflect.set(kernel, 'run', counting);
  for (let i = 0; i * 512 < probes.length; i++)
    await index.search('company', probes.slice(i * 512, (i + 1) * 512), { limit: 10 });
  return rows;
}

t.test('prefixes of faces rule out nearly all templates', async (t) => {
  const rows = await countRows(faceLikeVectors(1, 12_000), faceLikeVectors(2, 4));
  const all = 4 * 12_000;
  t.ok(rows.prefixes > 0.8 * all, `${rows.prefixes} of ${all}: nearly all by their prefixes`);
  t.ok(rows.listed < all / 20, `${rows.listed} of them are left for their codes`);
  t.ok(rows.codes < all / 20, `${rows.codes} by their codes at once`);
});

t.test('where prefixes rule out nothing, they are tried now and then only', async (t) => {
  const count = 80_000;
  const rows = await countRows(seededVectors(1, count), seededVectors(2, 2));
  t.ok(rows.codes > 1.9 * count, `${rows.codes} of ${2 * count} by their codes`);
  t.ok(rows.prefixes < (2 * count) / 8, `${rows.prefixes} by their prefixes`);
});
