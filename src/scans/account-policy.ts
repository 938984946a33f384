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
import { OperatorError } from '../base/operator-error.js';

/** An invalid policy choice. `message` names the invalid field. */
export class PolicyError extends OperatorError {
  override name = 'PolicyError';
}

/** Maximum of the thresholds whose range is not 0..1. */
const bounds: Partial<Record<keyof Thresholds, number>> = {
  eyeDistance: 1000,
  yaw: 90,
  pitch: 90,
  roll: 180,
  darkest: 255,
  brightest: 255,
  noise: 255,
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
          motion: Type.Optional(Type.Integer({ minimum: 0, maximum: 1 })),
          closer: Type.Optional(Type.Integer({ minimum: 0, maximum: 1 })),
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

/** What is wrong with a value, with what would be right. TypeBox reports an unknown property as "schema is false". */
function explain({ keyword, instancePath, message }: { keyword: string; instancePath: string; message: string }): string {
  if (keyword === 'boolean') {
    const names = instancePath.startsWith('/capture') ? captureSignalNames : thresholdNames;
    return `does not exist (there are ${names.join(', ')})`;
  }
  return instancePath === '/preset' ? `must be one of ${presetNames.join(', ')}` : message;
}

/** Validates a choice. @throws PolicyError */
export function checkPolicyChoice(choice: unknown): PolicyChoice {
  const [fault] = Value.Errors(PolicyChoiceSchema, choice);
  if (fault) {
    const place = fault.instancePath.slice(1).replaceAll('/', '.') || 'it';
    throw new PolicyError(`invalid policy: ${place} ${explain(fault)}`);
  }
  return choice as PolicyChoice;
}

const resolved = new Map<string, Policy>();
/** Maximum number of resolved policies to cache; accounts share them. */
const maxResolved = 1000;

/**
 * The policy that applies to an account under a contract.
 * @param stored the account's choice as JSON, or null for the defaults
 * @throws PolicyError if the stored policy is invalid: judging by other thresholds than the chosen ones would be worse than
 *   failing
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

/** The account's own thresholds, without its preset. @throws PolicyError */
export const ownThresholds = (stored: string | null): Partial<Thresholds> =>
  stored === null ? {} : checkPolicyChoice(JSON.parse(stored)).thresholds;

/**
 * The policy for an account's capture packets.
 * @param stored the account's choice as JSON, or null for the defaults
 * @throws PolicyError
 */
export const capturePolicyOf = (stored: string | null): CapturePolicy =>
  resolveCapturePolicy(stored === null ? undefined : checkPolicyChoice(JSON.parse(stored)).capture);
