import t from 'tap';
import type { Finding } from '../../src/analysis/findings.js';
import type { JudgedSample } from '../../src/evaluation/judge-sample.js';
import { renderLivenessPage } from '../../src/evaluation/liveness-page.js';
import { reportLiveness } from '../../src/evaluation/liveness-report.js';
import { renderRecognitionPage } from '../../src/evaluation/recognition-page.js';
import { type ComparedPair, reportRecognition } from '../../src/evaluation/recognition-report.js';

const facts = {
  title: 'A <b>&"test"',
  tool: 'triface',
  createdAt: '2030-01-01T00:00:00Z',
  measuredBy: 'x',
  seed: 1,
  files: 9,
  peakMemory: 1,
};
const options = {
  threshold: 0.5,
  policyVersion: 'test',
  weights: { shipped: 1 },
  judgeability: 0.5,
  comparison: null,
  targets: [{ falseReject: 0.3 }],
  seed: 1,
  listed: 2,
};

let number = 0;
function sample(species: string, score: number | null, ...conditions: Finding[]): JudgedSample {
  const bonaFide = species === '';
  const findings: Finding[] = score !== null && score < 0.5 ? [...conditions, 'attack'] : conditions;
  return {
    path: `${++number}.jpg`,
    bonaFide,
    species,
    source: bonaFide ? 'home' : 'lab',
    score,
    judgeability: score === null ? null : 0.8,
    modelScores: {},
    findings,
    reason: undefined,
  };
}

const samples = [
  sample('', 0.9),
  sample('', 0.8),
  sample('', 0.7, 'face-too-small'),
  sample('', 0.2),
  sample('', null, 'face-not-found'),
  sample('print', 0.1),
  sample('print', 0.3),
  sample('print', 0.6),
  sample('print', 0.75, 'quality-low'),
  sample('replay', 0.95),
  sample('replay', null, 'too-many-faces'),
];

t.test('liveness, counted by hand', async (t) => {
  const report = reportLiveness(samples, options);
  t.match(report.livenessDecision, {
    species: [
      { species: 'print', apcer: { count: 2, of: 4 }, nonResponse: { count: 0, of: 4 }, accepted: { count: 2, of: 4 } },
      { species: 'replay', apcer: { count: 1, of: 1 }, nonResponse: { count: 1, of: 2 }, accepted: { count: 1, of: 2 } },
    ],
    worst: { species: 'replay' },
    pooled: { apcer: { count: 3, of: 5 }, nonResponse: { count: 1, of: 6 } },
    bonaFide: { bpcer: { count: 1, of: 4 }, nonResponse: { count: 1, of: 5 }, refused: { count: 2, of: 5 } },
    acer: (1 + 0.25) / 2,
    pooledAcer: (0.6 + 0.25) / 2,
  });
  // Refused for a condition: no response in the whole verdict.
  t.match(report.wholeVerdict, {
    species: [
      { species: 'print', apcer: { count: 1, of: 3 }, nonResponse: { count: 1, of: 4 } },
      { species: 'replay', apcer: { count: 1, of: 1 }, nonResponse: { count: 1, of: 2 } },
    ],
    bonaFide: { bpcer: { count: 1, of: 3 }, nonResponse: { count: 2, of: 5 }, refused: { count: 3, of: 5 } },
  });
  // 0.9: 4 of 5; 0.8: 4; 0.7: 3; 0.2: 1
  t.equal(report.curve!.area, 12 / 20);
  t.match(report.suggestions, [
    { found: { threshold: 0.65, falseReject: { count: 1, of: 4 }, falseAccept: { count: 2, of: 5 } } },
  ]);
  t.match(
    report.findings.find(({ finding }) => finding === 'attack'),
    { bonaFide: { any: 1, first: 1 }, attack: { any: 2, first: 2 } },
  );
  t.match(
    report.findings.find(({ finding }) => finding === 'face-too-small'),
    { bonaFide: { any: 1, first: 1 }, attack: { any: 0 } },
  );
  t.same(
    report.sources.map(({ source, auc }) => [source, auc]),
    [
      ['home', null],
      ['lab', null],
    ],
  );
  t.same(
    report.errors.acceptedAttacks.map(({ score }) => score),
    [0.95, 0.6],
    'the worst first',
  );
  t.same(reportLiveness(samples, options), report, 'repeatable');
});

t.test('operating points: one species alone can need a higher threshold than all pooled', async (t) => {
  const many = [
    ...Array.from({ length: 20 }, (_, i) => sample('', 0.5 + i / 50)),
    ...Array.from({ length: 19 }, () => sample('print', 0.1)),
    sample('mask', 0.7),
  ];
  const { operatingPoints } = reportLiveness(many, options);
  t.same(
    operatingPoints.map(({ name, pooled, everySpecies }) => [name, pooled?.falseReject.count, everySpecies?.falseReject.count]),
    [
      ['BPCER10', 0, 11],
      ['BPCER20', 0, 11],
      ['BPCER100', 11, 11],
    ],
  );
});

t.test('one class only: rates without a curve, and still a page', async (t) => {
  const alone = [sample('', 0.9), sample('', 0.1)];
  const report = reportLiveness(alone, options);
  t.match(report, { curve: null, livenessDecision: { worst: undefined, acer: null, bonaFide: { bpcer: { count: 1, of: 2 } } } });
  t.match(renderLivenessPage(report, alone, facts), /one of the two is missing here/);
});

t.test('the page is self-contained, escapes its input, and shows faces only if requested', async (t) => {
  const evil = { ...sample('<script>alert(1)</script>', 0.99), path: 'a"><img src=x>.jpg' };
  const all = [...samples, evil];
  const report = reportLiveness(all, options);
  const page = renderLivenessPage(report, all, facts);
  t.notMatch(page, /<script|<img|https?:\/\/(?!www\.w3\.org\/)/);
  t.match(page, /A &lt;b&gt;&amp;&quot;test&quot;/);
  t.match(page, /&lt;script&gt;alert/);
  t.equal(page.match(/<svg /g)?.length, 2);
  t.match(page, /prefers-color-scheme: dark/);
  t.match(page, /@media print/);
  const shown = renderLivenessPage(report, all, facts, () => 'data:image/jpeg;base64,AAAA');
  t.match(shown, /<img src="data:image\/jpeg;base64,AAAA"/);
});

t.test('recognition, counted by hand', async (t) => {
  const pair = (same: boolean, score: number | null): ComparedPair => {
    const reason = score === null ? 'first: no face found' : undefined;
    return { pathA: 'a', pathB: 'b', same, score, reason };
  };
  const pairs = [
    pair(true, 0.9),
    pair(true, 0.6),
    pair(true, 0.3),
    pair(false, 0.45),
    pair(false, 0.1),
    pair(false, -0.2),
    pair(true, null),
  ];
  const report = reportRecognition(pairs, { threshold: 0.4, targets: [{ falseAccept: 0 }], seed: 1, listed: 5 });
  t.match(report, {
    pairs: { same: 4, different: 3 },
    failedToCompare: { count: 1, of: 7 },
    accuracy: { count: 4, of: 6 },
    atThreshold: { falseAccept: { count: 1, of: 3 }, falseReject: { count: 1, of: 3 } },
    best: { accuracy: { count: 5, of: 6 } },
    curve: { area: 8 / 9 },
    operatingPoints: [{ fmr: 1e-2, enough: false, found: { falseReject: { count: 1, of: 3 } } }, { fmr: 1e-3 }, { fmr: 1e-4 }],
    errors: { falseMatches: [{ score: 0.45 }], falseNonMatches: [{ score: 0.3 }], notCompared: [{ score: null }] },
  });
  const page = renderRecognitionPage(report, pairs, facts);
  t.equal(page.match(/<svg /g)?.length, 2);
  t.match(page, /too few pairs/);
});
