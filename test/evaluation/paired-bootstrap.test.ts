import t from 'tap';
import { seedRandom } from '../../src/evaluation/bootstrap.js';
import { bootstrapPaired } from '../../src/evaluation/paired-bootstrap.js';

/** Mean of a difference per presentation, over the presentations of one label. */
const meanOf =
  (differences: readonly number[], bonaFide: readonly boolean[], label: boolean) =>
  (drawn: Uint32Array): number[] => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < differences.length; i++) {
      if (bonaFide[i] !== label) continue;
      sum += differences[i]! * drawn[i]!;
      count += drawn[i]!;
    }
    return [sum / count];
  };

t.test('both labels keep their numbers in every resample', async (t) => {
  const bonaFide = [true, false, true, false, false];
  bootstrapPaired(
    bonaFide,
    (drawn) => {
      const count = (label: boolean): number => drawn.reduce((sum, n, i) => sum + (bonaFide[i] === label ? n : 0), 0);
      if (count(true) !== 2 || count(false) !== 3) t.fail(`${drawn}`);
      return [0];
    },
    { seed: 1, replicates: 50 },
  );
  t.pass();
});

t.test('the same seed gives the same interval, another seed another one', async (t) => {
  const random = seedRandom(5);
  const bonaFide = Array.from({ length: 60 }, (_, i) => i % 2 === 0);
  const measure = meanOf(
    bonaFide.map(() => random()),
    bonaFide,
    true,
  );
  t.same(bootstrapPaired(bonaFide, measure, { seed: 1 }), bootstrapPaired(bonaFide, measure, { seed: 1 }));
  t.notSame(bootstrapPaired(bonaFide, measure, { seed: 1 }), bootstrapPaired(bonaFide, measure, { seed: 2 }));
});

t.test('95 % intervals contain the true difference in about 95 of 100 sets', async (t) => {
  const random = seedRandom(11);
  const bonaFide = Array.from({ length: 120 }, (_, i) => i < 60);
  // A method gains a picture with probability 0.25 and loses one with 0.1: the true difference is 0.15.
  const sets = 300;
  let covered = 0;
  for (let set = 0; set < sets; set++) {
    const differences = bonaFide.map(() => {
      const draw = random();
      return draw < 0.25 ? 1 : draw < 0.35 ? -1 : 0;
    });
    const [interval] = bootstrapPaired(bonaFide, meanOf(differences, bonaFide, true), { seed: set, replicates: 400 });
    if (interval!.low <= 0.15 && interval!.high >= 0.15) covered++;
  }
  t.ok(covered / sets > 0.9 && covered / sets < 0.985, `${covered} of ${sets}`);
});

t.test('figures that some or all resamples lack', async (t) => {
  const bonaFide = [true, true, false];
  const [never, sometimes] = bootstrapPaired(bonaFide, (drawn) => [Number.NaN, drawn[0]! > 0 ? 1 : Number.NaN], {
    seed: 1,
    replicates: 100,
  });
  t.same(never, { low: Number.NaN, high: Number.NaN });
  t.same(sometimes, { low: 1, high: 1 });
});

t.test('presentations of one client are drawn together, and no label is ever missing', async (t) => {
  const bonaFide = [true, true, false, true, false, false, true];
  const clusters = ['a', 'a', 'a', 'b', 'c', '', ''];
  bootstrapPaired(
    bonaFide,
    (drawn) => {
      if (drawn[0] !== drawn[1] || drawn[0] !== drawn[2]) t.fail(`${drawn}`);
      // a is the only cluster of both labels; two bona fide and two attack clusters are left.
      if (drawn[0] !== 1 || drawn[3]! + drawn[6]! !== 2 || drawn[4]! + drawn[5]! !== 2) t.fail(`${drawn}`);
      return [0];
    },
    { seed: 1, replicates: 50, clusters },
  );
  t.pass();
});

t.test('presentations that repeat their client have the wider interval of their clients', async (t) => {
  const random = seedRandom(3);
  const clients = Array.from({ length: 20 }, () => random());
  const [times, bonaFide] = [10, Array.from({ length: 200 }, () => true)];
  const values = bonaFide.map((_, i) => clients[Math.floor(i / times)]!);
  const width = (clusters?: readonly string[]): number => {
    const [interval] = bootstrapPaired(bonaFide, meanOf(values, bonaFide, true), { seed: 1, clusters });
    return interval!.high - interval!.low;
  };
  const ratio = width(values.map(String)) / width();
  t.ok(ratio > 2.5 && ratio < 4, `${ratio}, expected √10`);
});
