import t from 'tap';
import type { JudgedSequence } from '../../../src/evaluation/sequences/judge-sequence.js';
import { renderSequencePage } from '../../../src/evaluation/sequences/sequence-page.js';
import { reportSequences } from '../../../src/evaluation/sequences/sequence-report.js';
import { summarizeSequences } from '../../../src/evaluation/sequences/summarize-sequences.js';
import { listFields, readDocumentedFields } from './documented-fields.js';
import { judgedOf, type MadeScores } from './made-sequences.js';

const options = {
  threshold: 0.5,
  policyVersion: 'test',
  models: 'shipped*1',
  targets: [{ falseReject: 0.3 }],
  seed: 1,
  listed: 3,
};
const facts = {
  title: 'A <b>&"test"',
  tool: 'triface',
  createdAt: '2030-01-01T00:00:00Z',
  measuredBy: 'x',
  seed: 1,
  files: 9,
  peakMemory: 1,
};

let number = 0;
const live = (scores: MadeScores, client = ''): JudgedSequence => judgedOf(`live-${++number}`, '', scores, client);
const spoof = (kind: string, scores: MadeScores, client = ''): JudgedSequence =>
  judgedOf(`${kind}-${++number}`, kind, scores, client);

/** Five bona fide sequences, one without a score; three prints, of which the motion corrects two; two replays, which it cannot see. */
const made = [
  live({ picture: 0.9, sequence: 0.95, motion: 2 }),
  live({ picture: 0.4, sequence: 0.7, motion: 3 }),
  live({ picture: 0.8, sequence: 0.45, motion: 0.5 }),
  live({ picture: 0.7, sequence: 0.75 }),
  live({ picture: null, sequence: null }),
  spoof('print', { picture: 0.85, withoutMotion: 0.6, sequence: 0.2, motion: 0.1 }),
  spoof('print', { picture: 0.6, withoutMotion: 0.55, sequence: 0.3, motion: 0.2 }),
  spoof('print', { picture: 0.1, sequence: 0.05, motion: 1 }),
  spoof('replay', { picture: 0.75, sequence: 0.8, motion: 2.5 }),
  spoof('replay', { picture: 0.2, sequence: 0.6 }),
];

t.test('last frame and sequence, counted by hand', async (t) => {
  const report = reportSequences(made, options);
  t.match(report, {
    kind: 'sequences',
    presentations: { bonaFide: 5, attack: 5, species: 2, clients: 0 },
    resampled: 'presentations',
    all: {
      attacks: 5,
      nonResponse: { count: 0, of: 5 },
      picture: { apcer: { count: 3, of: 5 }, bpcer: { count: 1, of: 4 } },
      withoutMotion: { apcer: { count: 3, of: 5 } },
      sequence: { apcer: { count: 2, of: 5 }, bpcer: { count: 1, of: 4 } },
      changed: { corrected: 2, spoiled: 1, probability: 1 },
      // 2: above 4 of 4 attacks but 2.5; 3: above all; 0.5: above 2
      motion: {
        statements: { count: 4, of: 5 },
        reasons: { 'few-corners': 1 },
        areas: { residual: { value: 9 / 12 }, plane: { value: 3 / 12 } },
      },
    },
    bonaFide: {
      presentations: 5,
      nonResponse: { count: 1, of: 5 },
      changed: { corrected: 1, spoiled: 1 },
      motion: { statements: { count: 3, of: 5 }, reasons: { 'few-corners': 2 } },
    },
    comparison: {
      a: { input: 'last frame alone' },
      b: { input: 'sequence' },
      differing: { count: 5, of: 10 },
      better: 3,
      worse: 2,
    },
    suggestions: [{ found: { threshold: 0.65, falseReject: { count: 1, of: 4 } } }],
    errors: { acceptedAttacks: [{ score: 0.8 }, { score: 0.6 }], rejectedBonaFide: [{ score: 0.45 }] },
    frames: { given: { least: 4, median: 4, most: 4 }, shortened: 0, single: 0 },
    times: { bonaFide: { span: { median: 1800 }, spacing: { median: 600 } }, differ: false },
  });
  const [print, replay] = report.species;
  t.match(print, {
    species: 'print',
    attacks: 3,
    picture: { apcer: { count: 2, of: 3 } },
    sequence: { apcer: { count: 0, of: 3 } },
  });
  t.match(replay, { species: 'replay', picture: { apcer: { count: 1, of: 2 } }, sequence: { apcer: { count: 2, of: 2 } } });
  // 0.9: 3 prints below, 0.4: 1, 0.8: 2, 0.7: 2; all sequences are above all prints
  t.equal(print!.picture.area!.value, 8 / 12);
  t.equal(print!.sequence.area!.value, 1);
  t.equal(print!.difference.area!.value, 1 - 8 / 12);
  t.equal(print!.sequence.equalError!.value, 0);
  t.match(print!.sequence.bpcer20, { count: 0, of: 4, threshold: 0.375 });
  t.match(print!.motion, { statements: { count: 3, of: 3 }, reasons: {}, areas: { evidence: { value: 8 / 9 } } });
  t.same(reportSequences(made, options), report, 'repeatable');
});

t.test('intervals draw clients with all of their sequences', async (t) => {
  // Ten clients with ten sequences of each label; all sequences of a client have the same score.
  const many = (named: boolean): JudgedSequence[] =>
    Array.from({ length: 200 }, (_, i) => {
      const person = i % 10;
      const scores = { picture: (i < 100 ? 0.2 : 0.1) + person / 14, sequence: (i < 100 ? 0.25 : 0.1) + person / 14 };
      const client = named ? `c${person}` : '';
      return i < 100 ? judgedOf(`l${i}`, '', scores, client) : judgedOf(`p${i}`, 'print', scores, client);
    });
  const [byClient, alone] = [reportSequences(many(true), options), reportSequences(many(false), options)];
  t.match(byClient, { resampled: 'clients', presentations: { clients: 10 }, comparison: { resampled: 'clients' } });
  t.same(byClient.all.sequence.apcer.value, alone.all.sequence.apcer.value);
  const width = ({ all }: typeof alone): number => all.sequence.apcer.resampled!.high - all.sequence.apcer.resampled!.low;
  t.ok(width(byClient) > 1.8 * width(alone), `${width(byClient)} and ${width(alone)}`);
  t.match(renderSequencePage(byClient, many(true), facts), /by client/);
});

t.test('labels whose times differ are pointed out', async (t) => {
  const hasty = made.map((one) =>
    one.sample.bonaFide
      ? one
      : { ...one, sample: { ...one.sample, given: 40, frames: one.sample.frames.map(({ path, at }) => ({ path, at: at / 2 })) } },
  );
  const report = reportSequences(hasty, options);
  t.match(report, { times: { attack: { span: { median: 900 } }, differ: true }, frames: { shortened: 5, given: { most: 40 } } });
  const text = summarizeSequences(report, '/out');
  t.match(text, /were taken at different times: 1\.8 s and 0\.9 s from first to last frame/);
  t.match(text, /5 sequences have more frames: of these, the last one and those nearest to 600, 1200 and 1800 ms before it/);
  t.match(text, / {2}print: 66\.7 % \(2\/3, .*\) → 0\.0 % \(0\/3/);
});

t.test('one label only, or no score at all: rates without a curve, and still a page', async (t) => {
  for (const few of [made.slice(0, 2), made.slice(5, 7), [live({ picture: null, sequence: null })]]) {
    const report = reportSequences(few, options);
    t.match(report.all.sequence, { area: null, equalError: null, bpcer20: null });
    t.match(renderSequencePage(report, few, facts), /one of the two is missing here/);
    t.notMatch(JSON.stringify(report), /NaN/);
    t.ok(summarizeSequences(report, '/out'));
  }
});

t.test('the page is self-contained, escapes its input, and shows faces only if requested', async (t) => {
  const all = [...made, judgedOf('a"><img src=x>', '<script>alert(1)</script>', { picture: 0.99, sequence: 0.99 })];
  const report = reportSequences(all, options);
  const page = renderSequencePage(report, all, facts);
  t.notMatch(page, /<script|<img|https?:\/\/(?!www\.w3\.org\/)/);
  t.match(page, /&lt;script&gt;alert/);
  t.equal(page.match(/<svg /g)?.length, 2);
  t.match(page, /The table names no clients/);
  t.match(
    renderSequencePage(report, all, facts, () => 'data:image/jpeg;base64,AAAA'),
    /<img src="data:image\/jpeg;base64,AAAA"/,
  );
});

t.test('docs/evaluate-sequences.md describes every field of report.json, and no other', async (t) => {
  const report = { ...facts, ...reportSequences(made, options) };
  const fields = new Set(listFields(JSON.parse(JSON.stringify(report))));
  const documented = readDocumentedFields();
  t.ok(fields.size > 200, `${fields.size} fields`);
  t.same(
    [...fields].filter((field) => !documented.some(({ names }) => names(field))),
    [],
    'fields of a report that are not documented',
  );
  t.same(
    documented.filter(({ optional, names }) => !optional && ![...fields].some(names)).map(({ path }) => path),
    [],
    'documented fields that a report lacks',
  );
});
