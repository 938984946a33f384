import t from 'tap';
import type { ComparedFigure } from '../../src/evaluation/compared-figures.js';
import { type Comparison, compareResults } from '../../src/evaluation/comparison.js';
import { comparisonLines, comparisonSection, conclude, differingPictures } from '../../src/evaluation/comparison-section.js';
import type { JudgedSample } from '../../src/evaluation/judge-sample.js';
import { attack, bonaFide } from './made-samples.js';

const options = {
  a: { models: 'shipped*1', policyVersion: 'test', threshold: 0.5 },
  b: { models: 'shipped*1 <b>*1', policyVersion: 'test', threshold: 0.5 },
  seed: 1,
  listed: 3,
};

const find = ({ figures }: Comparison, figure: string, label: string, species?: string): ComparedFigure =>
  figures.find((one) => one.figure === figure && one.label === label && one.species === species)!;

/** 40 bona fide presentations, 30 prints and 10 replays; A accepts the first `accepted` prints. */
const make = (accepted: number): JudgedSample[] => [
  ...Array.from({ length: 40 }, (_, i) => bonaFide(`live/${i}`, 0.7 + i / 1000)),
  ...Array.from({ length: 30 }, (_, i) =>
    i < accepted ? attack(`print/${i}`, 'print', 0.9 + i / 1000, []) : attack(`print/${i}`, 'print', 0.1 + i / 1000),
  ),
  ...Array.from({ length: 10 }, (_, i) => attack(`replay/${i}`, 'replay', 0.2 + i / 1000)),
];

t.test('the same results differ in nothing', async (t) => {
  const comparison = compareResults(make(5), make(5), options);
  for (const { difference, beyondChance } of comparison.figures) {
    t.same(difference, { value: 0, low: 0, high: 0 });
    t.notOk(beyondChance);
  }
  t.match(comparison, { differing: { count: 0, of: 80 }, worse: 0, better: 0, pictures: [] });
  t.same(conclude(comparison), ['A and B give every presentation the same verdict, and no figure differs.']);
});

t.test('a clear difference, counted by hand', async (t) => {
  const comparison = compareResults(make(12), make(0), options);
  t.match(find(comparison, 'accepted', 'attack'), {
    a: 12 / 40,
    b: 0,
    rates: { a: { count: 12, of: 40 }, b: { count: 0, of: 40 } },
    changed: { onlyA: 12, onlyB: 0 },
    difference: { value: -0.3 },
    beyondChance: true,
  });
  t.equal(find(comparison, 'auc', 'both').a, (28 * 40) / (40 * 40));
  t.equal(find(comparison, 'auc', 'both').b, 1);
  t.ok(find(comparison, 'auc', 'both').beyondChance);
  t.match(find(comparison, 'apcer', 'attack'), { a: 0.3, b: 0 });
  t.match(find(comparison, 'accepted', 'attack', 'print'), { a: 0.4, b: 0, rates: { a: { of: 30 } } });
  t.equal(find(comparison, 'accepted', 'attack', 'replay'), undefined, 'ten pictures are too few');
  t.match(find(comparison, 'accepted', 'bona-fide'), { a: 1, b: 1, difference: { value: 0 }, beyondChance: false });
  t.match(comparison, { differing: { count: 12, of: 80 }, better: 12, worse: 0 });
  t.equal(comparison.pictures.length, 3, 'the listed ones');
  const [better, none, few] = conclude(comparison);
  t.match(better, /^B is better beyond chance: AUC .*attacks accepted 30\.0 % → 0\.0 % \(−30\.0 points\)\.$/);
  t.match(none, /^No difference beyond chance: bona fide accepted/);
  t.match(few, /With 40 bona fide presentations and 40 attacks, only large differences/);
  t.same(compareResults(make(12), make(0), options), comparison, 'repeatable');
});

t.test('four pictures that all change in one direction are not beyond chance', async (t) => {
  const figure = find(compareResults(make(4), make(0), options), 'accepted', 'attack');
  t.ok(figure.difference.high < 0, 'although the bootstrap alone says so');
  t.equal(figure.changed!.probability, 2 / 16);
  t.notOk(figure.beyondChance);
});

t.test('a third outcome: fewer attacks accepted, more users asked again', async (t) => {
  const a = make(10);
  const b = a.map((sample): JudgedSample => {
    if (!sample.bonaFide && sample.findings.length === 0) return { ...sample, findings: ['not-judgeable'] };
    return Number(sample.path.split('/')[1]) < 8 && sample.bonaFide ? { ...sample, findings: ['not-judgeable'] } : sample;
  });
  const comparison = compareResults(a, b, options);
  t.match(find(comparison, 'asked-again', 'bona-fide'), { a: 0, b: 0.2, better: 'lower', beyondChance: true });
  t.match(find(comparison, 'asked-again', 'attack'), { a: 0, b: 0.25, better: 'neither' });
  t.match(find(comparison, 'auc', 'both').difference, { value: 0, low: 0, high: 0 });
  t.match(comparison, { worse: 8, better: 10 });
  const [better, worse] = conclude(comparison);
  t.match(better, /better beyond chance: attacks accepted 25\.0 % → 0\.0 %/);
  t.match(worse, /worse beyond chance: bona fide accepted 100\.0 % → 80\.0 %.*; bona fide asked again 0\.0 % → 20\.0 %/);
});

t.test('the pictures that became worst come first', async (t) => {
  const a = [
    bonaFide('asked again', 0.7),
    bonaFide('rejected', 0.7),
    attack('accepted', 'print', 0.1),
    bonaFide('better', 0.1, ['attack']),
    attack('refused instead', 'print', 0.1),
  ];
  const b = [
    bonaFide('asked again', 0.6, ['not-judgeable']),
    bonaFide('rejected', 0.1, ['attack']),
    attack('accepted', 'print', 0.9, []),
    bonaFide('better', 0.9),
    attack('refused instead', 'print', 0.1, ['face-angle', 'attack']),
  ];
  const comparison = compareResults(a, b, { ...options, listed: 9 });
  t.same(
    comparison.pictures.map(({ path, change }) => [path, change]),
    [
      ['accepted', 'worse'],
      ['rejected', 'worse'],
      ['asked again', 'worse'],
      ['refused instead', 'other'],
      ['better', 'better'],
    ],
  );
  const page = `${comparisonSection(comparison).text}${differingPictures(comparison, undefined).text}`;
  t.match(page, /shipped\*1 &lt;b&gt;\*1/);
  t.match(page, /5 of 5 presentations: 3 worse with B, 1 better, 1 neither/);
  t.notMatch(page, /<img/);
  t.match(differingPictures(comparison, () => 'data:image/jpeg;base64,AAAA').text, /<img src="data:image\/jpeg;base64,AAAA"/);
  t.match(comparisonLines(comparison).join('\n'), /Different verdicts: 5 of 5 presentations \(3 worse with B, 1 better\)/);
});

t.test('one label only: no curve, and still a comparison', async (t) => {
  const comparison = compareResults([bonaFide('a', 0.7)], [bonaFide('a', 0.2, ['attack'])], options);
  t.equal(find(comparison, 'auc', 'both'), undefined);
  t.match(find(comparison, 'accepted', 'bona-fide'), { a: 1, b: 0, beyondChance: false });
});
