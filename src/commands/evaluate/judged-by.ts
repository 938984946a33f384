import { type Policy, regularPolicy, resolvePolicy } from '../../analysis/policy.js';
import type { Config } from '../../config/schema.js';
import { describeWeights } from '../../evaluation/describe-numbers.js';
import type { JudgedBy } from '../../evaluation/evaluate-liveness.js';
import { isSameFusion } from '../../evaluation/reweigh.js';
import { EvaluationError } from '../../evaluation/sample.js';
import type { ActivePacks } from '../../inference/packs/active-packs.js';
import { findPackFolders } from '../../inference/packs/pack-folders.js';
import { policyOf } from '../../scans/account-policy.js';
import { readPolicyChoice } from '../policy-choice.js';
import { demandAccount } from './apply-threshold.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { joinPacks, readMeasuredPacks, weightsOf } from './measured-packs.js';

/** What a liveness run measures with and judges by. */
export interface JudgementPlan {
  /** the packs of both sides, so that every picture is measured once */
  readonly packs: ActivePacks;
  readonly judgedBy: JudgedBy;
  /** undefined without `--compare-…` */
  readonly comparedWith: JudgedBy | undefined;
}

/**
 * Plans a run: models and policy of the report, and those it is compared with, which are the same except for what is named.
 * @throws PackError, PolicyError, AccountError; EvaluationError if both sides are the same
 */
export async function planJudgement(options: EvaluateOptions, config: Config): Promise<JudgementPlan> {
  const packsDir = findPackFolders(config.DATA_DIR);
  const packs = await readMeasuredPacks(packsDir, options.packs);
  const policy = await choosePolicy(options, config);
  const judgedBy = { weights: weightsOf(packs), policy: withThreshold(policy, options.threshold) };
  const { comparePacks, comparePolicy } = options;
  if (comparePacks === undefined && comparePolicy === undefined) return { packs, judgedBy, comparedWith: undefined };
  const otherPacks = comparePacks === undefined ? packs : await readMeasuredPacks(packsDir, comparePacks);
  const otherPolicy = comparePolicy === undefined ? judgedBy.policy : readPolicy(comparePolicy);
  const comparedWith = { weights: weightsOf(otherPacks), policy: otherPolicy };
  if (isSameFusion(judgedBy.weights, comparedWith.weights) && otherPolicy.version === judgedBy.policy.version)
    throw new EvaluationError(
      `--compare-…: both sides have the models ${describeWeights(judgedBy.weights)} and the policy ${otherPolicy.version}; name others`,
    );
  return { packs: joinPacks(packs, otherPacks), judgedBy, comparedWith };
}

async function choosePolicy({ policy, account }: EvaluateOptions, config: Config): Promise<Policy> {
  if (account !== undefined) return policyOf((await demandAccount(config, account)).policy, {});
  return policy === undefined ? regularPolicy : readPolicy(policy);
}

/** `hard` or `hard,liveness=0.9`. @throws PolicyError */
function readPolicy(text: string): Policy {
  const [preset = '', ...thresholds] = text.split(',').map((part) => part.trim());
  return resolvePolicy(readPolicyChoice(preset, thresholds));
}

const withThreshold = (policy: Policy, threshold: number | undefined): Policy =>
  threshold === undefined || threshold === policy.liveness
    ? policy
    : { ...policy, liveness: threshold, version: `${policy.version} with liveness ${threshold}` };
