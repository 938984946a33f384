import { toLogit } from '../../src/base/logit.js';
import { makeErrorCurve } from '../../src/evaluation/error-curve.js';
import { fitLogistic } from '../../src/evaluation/fit-logistic.js';
import { groupBy } from '../../src/evaluation/presentation-errors.js';
import type { Presentation } from '../../test/accuracy/labelled-pictures.js';
import type { Measured } from './measure-pictures.js';
import { table } from './tables.js';

type Judged = Measured<Presentation>;
interface Face {
  readonly live: boolean;
  readonly source: string;
  /** logit of the liveness score, and the mesh network's logit */
  readonly inputs: readonly [score: number, mesh: number];
}

/**
 * Does the mesh network's confidence (`meshLogit`) distinguish masks and mannequins from faces, and does it help the score on sources
 * that it was not fitted on? A Markdown table: AUC of bona fide against masks, within each source that has both, and over all sources,
 * each scored by a logistic regression on the others.
 */
export function describeMaskSignal(presentations: readonly Judged[]): string {
  const faces = presentations.flatMap(({ label, kind, source, face }): Face[] =>
    face && (label === 'live' || /mask|mannequin/.test(kind))
      ? [{ live: label === 'live', source, inputs: [toLogit(face.livenessScores.shipped!), face.occlusionSignals.meshLogit] }]
      : [],
  );
  const within = [...groupBy(faces, ({ source }) => source)].filter(
    ([, those]) => those.some(({ live }) => live) && those.some(({ live }) => !live),
  );
  const row = (name: string, those: readonly Face[], scores: (face: Face) => readonly [number, number]): string[] => [
    name,
    `${those.filter(({ live }) => live).length} / ${those.filter(({ live }) => !live).length}`,
    areaOf(those, (face) => scores(face)[0]).toFixed(2),
    areaOf(those, (face) => scores(face)[1]).toFixed(2),
  ];
  const leftOut = new Map(faces.map((face) => [face, scoreWithoutItsSource(face, faces)]));
  return [
    table(
      ['within a source', 'bona fide / masks', 'AUC of the score', 'AUC of the mesh logit'],
      within.map(([source, those]) => row(source, those, ({ inputs }) => inputs)),
    ),
    table(
      ['every source left out', 'bona fide / masks', 'AUC of the score', 'AUC of the score with the mesh logit'],
      [row('all sources', faces, (face) => leftOut.get(face)!)],
    ),
  ].join('\n\n');
}

function areaOf(faces: readonly Face[], score: (face: Face) => number): number {
  const of = (live: boolean): number[] => faces.filter((face) => face.live === live).map(score);
  return makeErrorCurve(of(true), of(false)).area;
}

/** Logits of a face by the score alone and with the mesh logit, both fitted on the other sources. */
function scoreWithoutItsSource(face: Face, faces: readonly Face[]): readonly [number, number] {
  const others = faces.filter(({ source }) => source !== face.source);
  const count = (live: boolean): number => others.filter((other) => other.live === live).length;
  const examples = others.map(({ inputs, live }) => ({ inputs, wanted: live, share: 0.5 / count(live) }));
  const predict = (kept: number): number => {
    const cut = examples.map((example) => ({ ...example, inputs: example.inputs.slice(0, kept) }));
    const { intercept, weights } = fitLogistic(cut, Array<number>(kept).fill(0), 0.001);
    return weights.reduce((sum, weight, k) => sum + weight * face.inputs[k]!, intercept);
  };
  return [predict(1), predict(2)];
}
