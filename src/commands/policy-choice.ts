import type { PolicyChoice, PresetName } from '../analysis/policy.js';
import { checkPolicyChoice, PolicyError } from '../scans/account-policy.js';

/**
 * Reads a choice of policy from the command line.
 * @param thresholds `liveness=0.9` sets a threshold; `capture.threshold=-1`, `capture.motion=0` and `capture.camera-label=0` set the
 *   threshold, switches and weights of Liveness Plus
 * @throws PolicyError naming what is invalid
 */
export function readPolicyChoice(preset: string, thresholds: readonly string[]): PolicyChoice {
  return checkPolicyChoice({ preset: preset as PresetName, ...readNumbers(thresholds) });
}

function readNumbers(texts: readonly string[]) {
  const numbers = texts.map(readNumber);
  const prefix = 'capture.';
  const own = numbers
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value] as const);
  const isNoWeight = ([name]: readonly [string, number]): boolean => ['threshold', 'motion', 'closer'].includes(name);
  const weights = own.filter((choice) => !isNoWeight(choice));
  const capture = {
    ...Object.fromEntries(own.filter(isNoWeight)),
    ...(weights.length > 0 ? { weights: Object.fromEntries(weights) } : {}),
  };
  return {
    thresholds: Object.fromEntries(numbers.filter(([name]) => !name.startsWith(prefix))),
    ...(own.length > 0 ? { capture } : {}),
  };
}

function readNumber(text: string): [string, number] {
  const [, name, value] = /^(\w+|capture\.[a-z-]+)=(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (!name) throw new PolicyError(`invalid threshold "${text}": write name=number, for example liveness=0.9`);
  return [name, Number(value)];
}
