import type { PhotographSignals } from '../../src/analysis/observation.js';
import { ratePhotographic } from '../../src/analysis/photographic.js';
import type { LabelledPicture } from '../../test/accuracy/labelled-pictures.js';
import type { Measured } from './measure-pictures.js';

/** Each sign of ratePhotographic as a number that is the higher the less it is a photograph; undefined if it was not measured. */
const signs: readonly ((signals: PhotographSignals) => number | undefined)[] = [
  ({ edges, nextStep }) => (edges === undefined || nextStep === undefined ? undefined : Math.log(edges) - 3 * Math.abs(nextStep)),
  ({ toneSteps }) => toneSteps,
  ({ skinRed }) => (skinRed === undefined ? undefined : -skinRed),
  ({ polarity }) => (polarity === undefined ? undefined : -polarity),
];

/** The signals with each sign worse by an amount. */
function worsen(signals: PhotographSignals, [strokes, tones, red, polarity]: readonly number[]): PhotographSignals {
  return {
    ...signals,
    ...(signals.edges === undefined ? {} : { edges: signals.edges * Math.exp(strokes!) }),
    ...(signals.toneSteps === undefined ? {} : { toneSteps: signals.toneSteps + tones! }),
    ...(signals.skinRed === undefined ? {} : { skinRed: signals.skinRed - red! }),
    ...(signals.polarity === undefined ? {} : { polarity: signals.polarity - polarity! }),
  };
}

/**
 * The rating of photographs on bona fide pictures, and as it would be if each knot had been set without the picture's source: at the
 * same margin beyond the extreme of the others. Moving a knot by some amount is the same as moving the measurement the other way.
 */
export function describePhotographRating(bonaFide: readonly Measured<LabelledPicture>[]): string {
  const faces = bonaFide.flatMap(({ source, face }) => (face ? [{ source, face, signals: face.photographSignals }] : []));
  const extremes = (of: typeof faces): number[] =>
    signs.map((sign) => Math.max(...of.map(({ signals }) => sign(signals) ?? Number.NEGATIVE_INFINITY)));
  const all = extremes(faces);
  const leftOut = [...new Set(faces.map(({ source }) => source))].flatMap((source) => {
    const others = extremes(faces.filter((other) => other.source !== source));
    const shift = all.map((extreme, sign) => extreme - others[sign]!);
    return faces
      .filter((one) => one.source === source)
      .map(({ signals, face }) => ratePhotographic(worsen(signals, shift), face.blockiness));
  });
  const count = (ratings: readonly number[]): string =>
    `${ratings.filter((rating) => rating < 1).length} below 1, ${ratings.filter((rating) => rating < 0.5).length} below 0.5`;
  return [
    `${faces.length} bona fide pictures of ${new Set(faces.map(({ source }) => source)).size} sources.`,
    `In-sample: ${count(faces.map(({ face }) => face.photographic))}. Every source left out: ${count(leftOut)}.`,
  ].join(' ');
}
