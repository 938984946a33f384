import fc from 'fast-check';
import t from 'tap';
import { seedRandom } from '../../src/evaluation/bootstrap.js';
import { compareScorings } from '../../src/evaluation/compare-scores.js';
import { fitLogistic, logLoss } from '../../src/evaluation/fit-logistic.js';
import { fuse, learnWeights, type Opinion } from '../../src/evaluation/learn-weights.js';
import { makeFolds } from '../../src/evaluation/make-folds.js';
import type { LivenessSample } from '../../src/evaluation/sample.js';
import { suggestWeights } from '../../src/evaluation/suggest-weights.js';

/** Normal numbers by Box and Muller, seeded. */
function normal(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
const toProbability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Labels that follow the logistic of a weighted sum, as the regression supposes. */
function drawLogistic(count: number, weights: readonly number[], intercept: number, seed: number) {
  const random = seedRandom(seed);
  const draw = normal(random);
  return Array.from({ length: count }, () => {
    const inputs = weights.map(() => 3 * draw());
    const wanted = random() < toProbability(weights.reduce((sum, weight, k) => sum + weight * inputs[k]!, intercept));
    return { inputs, wanted, share: 1 / count };
  });
}

/** Scores of models for a presentation: a model's logit is its skill in the direction of the truth, plus noise. */
function drawOpinions(count: number, skills: readonly number[], seed: number, sources = 6): Opinion[] {
  const draw = normal(seedRandom(seed));
  return Array.from({ length: count }, (_, i) => {
    const bonaFide = i % 2 === 0;
    const logits = skills.map((skill) => (bonaFide ? skill : -skill) + 2 * draw());
    return { logits, bonaFide, group: `source-${Math.floor(i / 2) % sources}` };
  });
}
const foldsOf = (opinions: readonly Opinion[]) =>
  makeFolds(
    opinions.map(({ bonaFide, group }, i) => ({ path: `${i}.jpg`, bonaFide, species: '', source: group })),
    1,
  );

t.test('the regression finds the weights that generated the labels', async (t) => {
  const { intercept, weights } = fitLogistic(drawLogistic(20_000, [0.9, 0.3, 0], -0.4, 1), [0.5, 0.5, 0.5], 0);
  for (const [k, wanted] of [0.9, 0.3, 0].entries())
    t.ok(Math.abs(weights[k]! - wanted) < 0.05, `weight ${k}: ${weights[k]}, made with ${wanted}`);
  t.ok(Math.abs(intercept + 0.4) < 0.06, `intercept ${intercept}`);
});

t.test('a misleading model gets weight 0, never less', async (t) => {
  const { weights } = fitLogistic(drawLogistic(5000, [0.8, -0.5], 0, 2), [0.5, 0.5], 0);
  t.equal(weights[1], 0);
  const example = fc.record({
    inputs: fc.array(fc.double({ min: -9.2, max: 9.2, noNaN: true }), { minLength: 3, maxLength: 3 }),
    wanted: fc.boolean(),
    share: fc.constant(0.05),
  });
  fc.assert(
    fc.property(fc.array(example, { minLength: 20, maxLength: 20 }), (examples) => {
      const fit = fitLogistic(examples, [1, 0.5, 0], 0.01);
      return Number.isFinite(fit.intercept) && fit.weights.every((weight) => weight >= 0 && Number.isFinite(weight));
    }),
    { numRuns: 50 },
  );
});

t.test('the result minimises loss plus regularisation', async (t) => {
  const examples = drawLogistic(200, [0.5, 0.2], 0.3, 3);
  const toward = [1, 1];
  const cost = (intercept: number, weights: readonly number[]): number =>
    examples.reduce(
      (sum, { inputs, wanted, share }) =>
        sum + share * logLoss(intercept + weights[0]! * inputs[0]! + weights[1]! * inputs[1]!, wanted),
      0,
    ) +
    0.05 * weights.reduce((sum, weight, k) => sum + (weight - toward[k]!) ** 2, 0);
  const { intercept, weights } = fitLogistic(examples, toward, 0.1);
  const least = cost(intercept, weights);
  for (const step of [-0.01, 0.01]) {
    t.ok(cost(intercept + step, weights) > least);
    t.ok(cost(intercept, [weights[0]! + step, weights[1]!]) > least);
    t.ok(cost(intercept, [weights[0]!, weights[1]! + step]) > least);
  }
  t.equal(logLoss(0, true), Math.LN2);
  t.equal(logLoss(-1000, true), 1000, 'no overflow');
});

t.test('weights are usable; few pictures change little; a single label teaches nothing', async (t) => {
  const many = learnWeights(drawOpinions(4000, [2, 2, 0], 4), [1, 1, 1])!.weights;
  t.equal(Math.max(...many), 1);
  t.ok(Math.min(many[0]!, many[1]!) > 0.9, `two of one skill: ${many}`);
  t.ok(many[2]! < 0.06, `${many}`);
  const few = learnWeights(drawOpinions(8, [2, 2, 0], 4), [1, 1, 1])!.weights;
  t.ok(few[2]! > 0.3, `the pull holds: ${few}`);
  const [shipped] = learnWeights(drawOpinions(4000, [-2, 2], 5), [1, 1])!.weights;
  t.equal(shipped, 0.01, 'the shipped model is never left out');
  t.same(learnWeights(drawOpinions(200, [-2, -2], 5), [3, 4])!.weights, [3, 4], 'nothing but wrong models: as before');
  t.equal(
    learnWeights(
      drawOpinions(100, [2, 2], 6).filter(({ bonaFide }) => bonaFide),
      [1, 1],
    ),
    undefined,
  );
  t.equal(fuse([4, -2], [1, 0.5]), 2, 'the mean that the server takes');
});

t.test('folds keep similar pictures together', async (t) => {
  const sample = (path: string, bonaFide: boolean, source = ''): LivenessSample => ({ path, bonaFide, species: '', source });
  const both = (count: number, path: (i: number) => string, source: (i: number) => string) =>
    [true, false].flatMap((bonaFide) =>
      Array.from({ length: count }, (_, i) => sample(`${bonaFide}/${path(i)}`, bonaFide, source(i))),
    );
  const check = (samples: readonly LivenessSample[], groupOf: (sample: LivenessSample) => string) => {
    const folds = makeFolds(samples, 1);
    const foldOf = new Map<string, number>();
    const parted: string[] = [];
    for (const [i, each] of samples.entries()) {
      const group = groupOf(each);
      if (foldOf.get(group) !== undefined && foldOf.get(group) !== folds.of[i]) parted.push(group);
      foldOf.set(group, folds.of[i]!);
    }
    t.same(parted, [], 'each group in one fold');
    t.same(
      [...new Set(folds.of)].sort((a, b) => a - b),
      Array.from({ length: folds.count }, (_, k) => k),
      'no fold is empty',
    );
    return folds;
  };
  t.match(
    check(
      both(
        40,
        (i) => `${i}.jpg`,
        (i) => `s${i % 4}`,
      ),
      ({ source }) => source,
    ),
    { by: 'source', count: 4 },
  );
  t.match(
    check(
      both(
        80,
        (i) => `${i}.jpg`,
        (i) => `s${i % 40}`,
      ),
      ({ source }) => source,
    ),
    { by: 'source', count: 10 },
  );
  t.match(
    check(
      both(
        30,
        (i) => `d${i % 3}/${i}.jpg`,
        () => '',
      ),
      ({ path }) => path.replace(/\/[^/]*$/, ''),
    ),
    { by: 'folder', count: 6 },
  );
  const some = both(
    30,
    (i) => `d${i % 3}/${i}.jpg`,
    (i) => (i < 20 ? `s${i % 4}` : ''),
  );
  t.match(
    check(some, ({ source, path }) => source || path.replace(/\/[^/]*$/, '')),
    { by: 'source', count: 10 },
  );

  // One folder per label: leaving one out would leave no picture of its label.
  const flat = both(
    25,
    (i) => `${i}.jpg`,
    () => '',
  );
  const random = makeFolds(flat, 7);
  t.match(random, { by: 'random', count: 10 });
  for (const bonaFide of [true, false]) {
    const sizes = Array<number>(10).fill(0);
    for (const [i, each] of flat.entries()) if (each.bonaFide === bonaFide) sizes[random.of[i]!]!++;
    t.ok(
      sizes.every((size) => size === 2 || size === 3),
      `${sizes}`,
    );
  }
  t.same(makeFolds(flat, 7), random);
  t.notSame(makeFolds(flat, 8).of, random.of);
});

t.test('a difference in pairs', async (t) => {
  const bonaFide = Array.from({ length: 80 }, (_, i) => i % 2 === 0);
  const draw = normal(seedRandom(9));
  const scoring = (skill: number) => {
    const scores = bonaFide.map((is) => (is ? skill : -skill) + draw());
    return { scores, losses: scores.map((score, i) => logLoss(score, bonaFide[i]!)) };
  };
  const [good, bad] = [scoring(2), scoring(0.3)];
  const same = compareScorings(bonaFide, bad, bad, 1, 100);
  t.ok(Math.abs(same.before.logLoss - bad.losses.reduce((a, b) => a + b, 0) / 80) < 1e-9);
  t.match(same, {
    equalError: { value: 0, low: 0, high: 0 },
    logLoss: { value: 0, low: 0, high: 0 },
  });
  const better = compareScorings(bonaFide, bad, good, 1, 200);
  t.ok(better.equalError.high < 0 && better.logLoss.high < 0, JSON.stringify(better));
  t.ok(better.equalError.low <= better.equalError.value && better.equalError.value <= better.equalError.high);
  t.same(compareScorings(bonaFide, bad, good, 1, 200), better, 'repeatable');
  t.ok(compareScorings(bonaFide, good, bad, 1, 200).equalError.low > 0);
});

t.test('weights are suggested only if they help on other sources', async (t) => {
  const models = ['shipped', 'a@1', 'b@2'];
  // A useless model has nine tenths of the weight.
  const opinions = drawOpinions(400, [1.5, 1.5, 0], 10);
  const found = suggestWeights(models, [1, 1, 18], opinions, foldsOf(opinions), 1);
  t.match(found, { folds: { by: 'source', count: 6 }, why: /a significant improvement/ });
  t.ok(found.suggested!['b@2']! < 0.5 && found.suggested!['a@1']! > 0.6, JSON.stringify(found.suggested));
  t.match(found.command, /^npx triface models use a@1 --weight [01](\.\d+)? .*--shipped [01](\.\d+)?$/);

  const alike = drawOpinions(400, [1.5, 1.5, 1.5], 11);
  const kept = suggestWeights(models, [1, 1, 1], alike, foldsOf(alike), 1);
  t.match(kept, { suggested: null, command: null, why: /keep the weights in use/ });
  t.ok(kept.learned, 'the learned weights are reported all the same');

  // One model has memorised the sources: trusting it is a mistake for a source that is left out.
  const misleading = opinions.map((opinion) => {
    const trick = opinion.bonaFide ? 6 : -6;
    return { ...opinion, logits: [opinion.logits[0]!, opinion.group === 'source-0' ? -trick : trick, opinion.logits[1]!] };
  });
  const large = misleading.filter(({ group }, i) => group === 'source-0' || i % 5 === 0);
  const deceived = suggestWeights(models, [1, 0.1, 1], large, foldsOf(large), 1);
  t.ok(deceived.difference!.equalError.value > 0 || deceived.difference!.logLoss.value > 0, JSON.stringify(deceived.difference));
  t.equal(deceived.suggested, null);
});

t.test('nothing is learned from one model, one label or a few pictures', async (t) => {
  const opinions = drawOpinions(100, [2, 2], 12);
  const of = (models: string[], some: Opinion[]) =>
    suggestWeights(
      models,
      models.map(() => 1),
      some,
      foldsOf(some),
      1,
    );
  t.match(of(['shipped'], opinions), { suggested: null, learned: null, why: /at least two models/ });
  const live = opinions.filter(({ bonaFide }) => bonaFide);
  t.match(of(['shipped', 'a@1'], live), { suggested: null, learned: null, why: /there are 50 and 0/ });
  t.match(of(['shipped', 'a@1'], opinions.slice(0, 38)), { suggested: null, why: /there are 19 and 19/ });
});
