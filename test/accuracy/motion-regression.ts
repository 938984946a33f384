import { toLogit, toProbability } from '../../src/base/logit.js';

/** A sequence with a statement on motion. */
export interface MotionExample {
  /** of the pictures alone, 0..1 */
  readonly pictureLiveness: number;
  /** of the motion, 0..1 */
  readonly confidence: number;
  /** see `motionInputs` */
  readonly inputs: readonly [residual: number, plane: number];
  readonly live: boolean;
}

/** evidence = confidence · (intercept + Σ weight · input), a logit */
export interface MotionRegression {
  readonly intercept: number;
  readonly weights: readonly [residual: number, plane: number];
}

/** Strength of the pull of the weights towards zero, in sequences. */
const ridge = 4;
const [steps, rate] = [4000, 0.3];

/**
 * Learns what the motion adds to the logit of the pictures, whose own weight stays 1: so that the pictures' score keeps its meaning, with
 * and without a statement on motion, and with any models. Logistic regression by gradient descent; bona fide presentations and attacks
 * weigh the same in total. The weights are not negative.
 */
export function learnMotion(examples: readonly MotionExample[]): MotionRegression {
  const lives = examples.filter(({ live }) => live).length;
  const shareOf = ({ live }: MotionExample): number => 0.5 / (live ? lives : examples.length - lives);
  const pull = ridge / examples.length;
  let intercept = 0;
  let weights: [number, number] = [0, 0];
  for (let step = 0; step < steps; step++) {
    let slope = 0;
    const slopes: [number, number] = [pull * weights[0], pull * weights[1]];
    for (const example of examples) {
      const { confidence, inputs, live } = example;
      const logit = toLogit(example.pictureLiveness) + evidenceOf(example, { intercept, weights });
      const error = (toProbability(logit) - (live ? 1 : 0)) * shareOf(example) * confidence;
      slope += error;
      slopes[0] += error * inputs[0];
      slopes[1] += error * inputs[1];
    }
    intercept -= rate * slope;
    weights = [Math.max(0, weights[0] - rate * slopes[0]), Math.max(0, weights[1] - rate * slopes[1])];
  }
  return { intercept, weights };
}

/** The evidence of an example, unbounded. */
const evidenceOf = ({ confidence, inputs }: MotionExample, { intercept, weights }: MotionRegression): number =>
  confidence * (intercept + weights[0] * inputs[0] + weights[1] * inputs[1]);
