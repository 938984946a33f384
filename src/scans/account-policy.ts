import Type from 'typebox';
import Value from 'typebox/value';
import { type CapturePolicy, captureSignalNames, resolveCapturePolicy } from '../analysis/capture-policy.js';
import {
  type Policy,
  type PolicyChoice,
  presetNames,
  resolvePolicy,
  type Thresholds,
  thresholdNames,
} from '../analysis/policy.js';

/** A choice that is none. `message` names the field at fault. */
export class PolicyError extends Error {
  override name = 'PolicyError';
}

/** Bounds of the thresholds that are not plain 0..1. */
const bounds: Partial<Record<keyof Thresholds, number>> = {
  eyeDistance: 1000,
  yaw: 90,
  pitch: 90,
  roll: 180,
  darkest: 255,
  brightest: 255,
  sceneDarkest: 255,
  sceneBrightest: 255,
};

const PolicyChoiceSchema = Type.Object(
  {
    preset: Type.Enum(presetNames),
    thresholds: Type.Object(
      Object.fromEntries(
        thresholdNames.map((name) => [name, Type.Optional(Type.Number({ minimum: 0, maximum: bounds[name] ?? 1 }))]),
      ),
      { additionalProperties: false },
    ),
    capture: Type.Optional(
      Type.Object(
        {
          threshold: Type.Optional(Type.Number({ minimum: -100, maximum: 1 })),
          weights: Type.Optional(
            Type.Object(
              Object.fromEntries(
                captureSignalNames.map((name) => [name, Type.Optional(Type.Number({ minimum: 0, maximum: 100 }))]),
              ),
              { additionalProperties: false },
            ),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** Checks a choice. @throws PolicyError */
export function checkPolicyChoice(choice: unknown): PolicyChoice {
  const [fault] = Value.Errors(PolicyChoiceSchema, choice);
  if (fault) throw new PolicyError(`no policy: ${fault.instancePath.slice(1).replaceAll('/', '.') || 'it'} ${fault.message}`);
  return choice as PolicyChoice;
}

const resolved = new Map<string, Policy>();
/** Distinct policies kept resolved; accounts share them. */
const maxResolved = 1000;

/**
 * The policy by which an account's picture is judged under a contract.
 * @param stored the account's choice as JSON, or null for the defaults
 * @throws PolicyError when what is stored is no policy: judging by other thresholds than were chosen would be worse than failing
 */
export function policyOf(stored: string | null, contractDefaults: Partial<Thresholds>): Policy {
  const key = `${stored} ${JSON.stringify(contractDefaults)}`;
  const known = resolved.get(key);
  if (known) return known;
  const policy = resolvePolicy(stored === null ? undefined : checkPolicyChoice(JSON.parse(stored)), contractDefaults);
  if (resolved.size >= maxResolved) resolved.clear();
  resolved.set(key, policy);
  return policy;
}

/** The thresholds that an account chose itself, over its preset's. @throws PolicyError */
export const ownThresholds = (stored: string | null): Partial<Thresholds> =>
  stored === null ? {} : checkPolicyChoice(JSON.parse(stored)).thresholds;

/**
 * By what an account's capture packets are judged.
 * @param stored as above
 * @throws PolicyError
 */
export const capturePolicyOf = (stored: string | null): CapturePolicy =>
  resolveCapturePolicy(stored === null ? undefined : checkPolicyChoice(JSON.parse(stored)).capture);
