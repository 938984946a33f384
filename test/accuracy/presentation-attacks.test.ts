import { createHash } from 'node:crypto';
import t from 'tap';
import { type AnalysisOutcome, Engine } from '../../src/analysis/engine.js';
import { boundLogit, toLogit } from '../../src/base/logit.js';
import type { OpenEngine } from '../../src/server/core-services.js';
import { startTestEngine, startTestServer, temporaryDirectory } from '../helper.js';
import { judgeOutcome, withoutPacks } from './judge-outcome.js';
import {
  hasLabelledPictures,
  type LabelledPicture,
  labelledPictures,
  listLabelledPictures,
  readLabelledPicture,
} from './labelled-pictures.js';
import { describeFigures, type Figures, measureFigures, type Scored } from './liveness-figures.js';
import { addRecommendedPacks, hasRecommendedPacks } from './recommended-packs.js';

// Every labelled development picture, without tight crops and synthetic ones, is sent to one server and analysed once. The tests
// judge the outcomes: contract B with the shipped models, conditions of bona fide pictures, and the recommended packs.

const noPictures = hasLabelledPictures() ? false : `${labelledPictures} does not exist: accuracy was not measured`;
const noPacks = noPictures || (hasRecommendedPacks() ? false : '../shared/model-packs does not exist: packs were not measured');
const pictures = noPictures ? [] : listLabelledPictures('A_antispoof').filter(({ kind }) => !/tightcrop|synthetic/.test(kind));

/** What the engine measured with the packs in use, by picture. */
const outcomes = new Map<string, AnalysisOutcome>();
const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const outcomeOf = (picture: LabelledPicture): AnalysisOutcome => outcomes.get(nameOf(readLabelledPicture(picture)))!;

/** Starts an engine with the chosen packs that keeps its outcomes and answers without the packs. */
const startKeepingEngine: OpenEngine = async (options) => {
  const engine = await Engine.start(options);
  const analyze: Engine['analyze'] = async (request) => {
    const name = nameOf(request.bytes);
    const outcome = await engine.analyze(request);
    outcomes.set(name, outcome);
    return withoutPacks(outcome);
  };
  return Object.assign(Object.create(engine) as Engine, { analyze, enter: engine.enter.bind(engine) });
};

/** Probability that a live picture scores above an attack; ties count half. */
function areaUnderCurve(live: readonly number[], attack: readonly number[]): number {
  const wins = live.reduce((sum, l) => sum + attack.reduce((n, a) => n + (l > a ? 1 : l === a ? 0.5 : 0), 0), 0);
  return wins / (live.length * attack.length);
}

interface Answered extends LabelledPicture {
  /** contract B's score; 0 where it answered an error: such a picture is not accepted */
  readonly score: number;
  readonly error: string | undefined;
}

/** The answers of contract B, in the order of `pictures`. */
const answered: Answered[] = [];
t.before(async () => {
  if (noPictures) return;
  const dataDir = temporaryDirectory(t);
  if (!noPacks) await addRecommendedPacks(t, dataDir);
  const env = { DATA_DIR: dataDir, WORKERS: '2', TRIFACE_QUEUE_LIMIT: '1000' };
  const server = await startTestServer(t, env, startKeepingEngine);
  const score = async (picture: LabelledPicture): Promise<Answered> => {
    const response = await fetch(`${server.url}/api/v1/face/liveness`, {
      method: 'POST',
      headers: { authorization: server.basic, 'content-type': 'application/json' },
      body: JSON.stringify({ faceImageBase: readLabelledPicture(picture).toString('base64') }),
    });
    const answer = (await response.json()) as { score?: number; error?: string };
    if (response.status !== 200) throw new Error(`HTTP ${response.status} ${JSON.stringify(answer)}`);
    return { ...picture, score: answer.score ?? 0, error: answer.error };
  };
  for (let i = 0; i < pictures.length; i += 4) answered.push(...(await Promise.all(pictures.slice(i, i + 4).map(score))));
});

t.test('labelled pictures through contract B', { skip: noPictures }, async (t) => {
  const live = answered.filter(({ label }) => label === 'live');
  const attack = answered.filter(({ label }) => label === 'attack');
  t.ok(live.length >= 100 && attack.length >= 100, `${live.length} bona fide, ${attack.length} attacks`);
  const auc = areaUnderCurve(
    live.map(({ score }) => score),
    attack.map(({ score }) => score),
  );
  const rejected = live.filter(({ score }) => score < 0.5);
  const accepted = attack.filter(({ score }) => score >= 0.5);
  const bpcer = rejected.length / live.length;
  const apcer = accepted.length / attack.length;
  t.comment(
    `AUC ${auc.toFixed(4)}; at 0.5 BPCER ${(bpcer * 100).toFixed(1)} % (${rejected.length}/${live.length}), APCER ${(apcer * 100).toFixed(1)} % (${accepted.length}/${attack.length})`,
  );
  for (const { kind, score, error } of rejected) t.comment(`  bona fide rejected: ${kind} ${error ?? score}`);
  for (const { kind, score } of accepted) t.comment(`  attack accepted: ${kind} ${score}`);
  t.ok(auc >= 0.975, `AUC ${auc}`);
  t.ok(bpcer <= 0.05, `BPCER ${bpcer}`);
  t.ok(apcer <= 0.11, `APCER ${apcer}`);
});

t.test('the shipped models give these scores without packs, too', { skip: noPacks }, async (t) => {
  const engine = await startTestEngine(t);
  const oneOfEachKind = new Map(pictures.map((picture) => [picture.kind, picture]));
  for (const [kind, picture] of oneOfEachKind) {
    const alone = await engine.analyze({ bytes: readLabelledPicture(picture) });
    const beside = withoutPacks(outcomeOf(picture));
    if (!('observation' in alone && 'observation' in beside)) return t.fail(`${kind}: not read`);
    t.equal(alone.observation.faces[0]?.liveness, beside.observation.faces[0]?.liveness, kind);
  }
});

t.test('bona fide selfies and webcam pictures are not refused for a condition', { skip: noPictures }, async (t) => {
  const living = pictures.filter(({ kind }) => /^live_(selfie|webcam)$/.test(kind));
  const verdicts = living.map((picture) => judgeOutcome(withoutPacks(outcomeOf(picture))));
  const isCondition = (finding?: string) => finding !== undefined && finding !== 'attack' && finding !== 'not-judgeable';
  const refused = verdicts.filter(({ findings: [first] }) => isCondition(first));
  t.ok(living.length > 0 && refused.length / living.length <= 0.02, `${refused.length} of ${living.length}`);
  const askedAgain = verdicts.filter(({ findings: [first] }) => first === 'not-judgeable');
  t.ok(askedAgain.length / living.length <= 0.06, `asked again: ${askedAgain.length} of ${living.length}`);
});

// The expected figures come from the first measurement of the packs, with another detector and another resizing. One picture is
// 0.7 to 0.9 points here, and a crop that is one pixel off changes one or two.
t.test('model packs give the figures they are known for, and so does their fusion', { skip: noPacks }, async (t) => {
  const scored = pictures.flatMap((picture): Scored[] => {
    const outcome = outcomeOf(picture);
    const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
    if (!face) return [];
    const scores = { ...face.livenessScores, fused: face.liveness };
    const logits = Object.fromEntries(Object.entries(scores).map(([model, score]) => [model, toLogit(score)]));
    // The shipped network by itself, as it is fused in models.md; `shipped` is it with the signals of our own.
    logits.network = boundLogit(face.livenessSignals.network);
    return [{ live: picture.label === 'live', logits }];
  });
  const live = scored.filter((one) => one.live).length;
  t.comment(`${live} bona fide, ${scored.length - live} attacks; EER and rates in points of that`);
  t.ok(live >= 130 && scored.length - live >= 105, 'a face was found in nearly all');
  const check = (name: string, models: string[], wanted: Figures, within: Figures): void => {
    const got = measureFigures(scored, models);
    t.comment(describeFigures(name, got));
    for (const key of Object.keys(wanted) as (keyof Figures)[])
      t.ok(
        Math.abs(got[key] - wanted[key]) <= within[key],
        `${name}: ${key} ${got[key].toFixed(4)}, wanted ${wanted[key]} ± ${within[key]}`,
      );
  };
  const known = (auc: number, eer: number, bpcer: number, apcer: number, bpcerAtApcer5: number): Figures => {
    return { auc, eer, bpcer, apcer, bpcerAtApcer5 };
  };
  const two = { auc: 0.005, eer: 0.015, bpcer: 0.015, apcer: 0.0185, bpcerAtApcer5: 0.03 };
  const both = ['facenox@98.20', 'silent-face@1.0.0'] as const;
  // facenox's scores are steep where its fifth attack lies: with one attack more let in, 20.7 % would be 17.8 %.
  check('facenox', ['facenox@98.20'], known(0.964, 0.09, 0.126, 0.083, 0.178), { ...two, bpcerAtApcer5: 0.035 });
  check('silent-face', ['silent-face@1.0.0'], known(0.968, 0.082, 0.089, 0.073, 0.141), two);
  check('network + facenox', ['network', 'facenox@98.20'], known(0.979, 0.045, 0.03, 0.064, 0.03), two);
  check('network + silent-face', ['network', 'silent-face@1.0.0'], known(0.98, 0.045, 0, 0.064, 0.03), two);
  check('network + both', ['network', ...both], known(0.98, 0.037, 0.015, 0.064, 0.03), two);

  for (const pack of both)
    t.comment(describeFigures(`shipped + ${pack.split('@')[0]}`, measureFigures(scored, ['shipped', pack])));
  const alone = measureFigures(scored, ['shipped']);
  const fused = measureFigures(scored, ['fused']);
  t.comment(describeFigures('shipped alone', alone));
  t.comment(describeFigures('as the server fuses all three, by the recommended weights', fused));
  t.ok(fused.eer <= 0.05 && fused.bpcerAtApcer5 <= 0.03, 'with packs: EER and BPCER at APCER 5 %');
  t.ok(fused.eer < alone.eer && fused.bpcerAtApcer5 < alone.bpcerAtApcer5, 'packs are worth it');
});
