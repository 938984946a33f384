import { InvalidArgumentError, Option } from 'commander';
import { regularPolicy } from '../../analysis/policy.js';
import type { ErrorTarget } from '../../evaluation/error-curve.js';
import type { Subject } from '../../evaluation/evaluate-recognition.js';

/** The options of `triface evaluate`. */
export interface EvaluateOptions {
  readonly csv?: string;
  readonly sequences?: string;
  readonly pairs?: string;
  readonly columns?: Record<string, string>;
  readonly where?: string[];
  readonly out?: string;
  readonly threshold?: number;
  readonly targetApcer?: number;
  readonly targetBpcer?: number;
  readonly targetFmr?: number;
  readonly targetFnmr?: number;
  readonly subject: Subject;
  readonly seed: number;
  readonly thumbnails?: boolean;
  readonly fresh?: boolean;
  readonly apply?: string;
  readonly policy?: string;
  readonly account?: string;
  readonly packs?: string;
  readonly applyWeights?: boolean;
  readonly comparePolicy?: string;
  readonly comparePacks?: string;
}

/** The options for the command line. Those of liveness exclude `--pairs`. */
export function evaluateOptions(): Option[] {
  const rate = (name: string, of: string) =>
    new Option(`--target-${name} <rate>`, `suggest a threshold for this ${of}, for example 0.03 or 3%`).argParser(parseRate);
  const ofLiveness = (flags: string, about: string) => new Option(flags, about).conflicts('pairs');
  return [
    ofLiveness('--csv <file>', 'instead of a folder: table with path,label[,species[,source]]; paths are relative to it'),
    ofLiveness(
      '--sequences <file>',
      'table with path,sequence,frame,milliseconds,label,kind[,source][,client], one row per frame: compares last frame and sequence',
    ).conflicts(['csv', 'apply', 'applyWeights', 'comparePacks', 'comparePolicy']),
    new Option('--pairs <file>', 'recognition: table with path_a,path_b,label (same or different)'),
    new Option('--columns <names>', "the table's names for our columns, for example species=kind,source=origin").argParser(
      parseColumns,
    ),
    new Option(
      '--where <condition...>',
      'use only rows with column=value or column!=value (values separated by commas, * matches any text)',
    ),
    new Option('--out <dir>', 'folder for the report (default: next to the input, named …-report)'),
    ofLiveness('--policy <policy>', 'judge by this preset, with thresholds of your own: hard or hard,yaw=20 (default: regular)'),
    ofLiveness('--account <name>', "judge by this account's policy, as contracts A and B apply it").conflicts('policy'),
    new Option(
      '--threshold <score>',
      `accept scores at or above this (default: that of the policy, ${regularPolicy.liveness}; with --pairs, that of the recognition model)`,
    ).argParser(parseNumber),
    rate('apcer', 'attack presentation classification error rate').conflicts('pairs'),
    rate('bpcer', 'bona fide presentation classification error rate').conflicts('pairs'),
    rate('fmr', 'false match rate'),
    rate('fnmr', 'false non-match rate'),
    new Option('--subject <face>', 'with --pairs: which face of each picture is compared')
      .choices(['prominent', 'largest', 'central'])
      .default('prominent'),
    new Option('--seed <number>', 'seed of the bootstrap').argParser(parseNumber).default(1),
    new Option('--thumbnails', 'show the worst errors as contact sheets in the report (the report then contains faces)'),
    new Option('--fresh', 'ignore earlier measurements and measure everything again'),
    new Option('--apply <account>', "store the suggested threshold in this account's policy (needs one --target-…)"),
    ofLiveness(
      '--packs <names>',
      'measure with these added model packs instead of those in use: a,b or a*0.5,b (weights); none for the shipped model alone; recommended',
    ),
    ofLiveness('--apply-weights', 'use the suggested model pack weights from now on, if there are any'),
    ofLiveness('--compare-packs <names>', 'compare with these model packs on the same pictures; written as for --packs'),
    ofLiveness('--compare-policy <policy>', 'compare with this policy on the same pictures; written as for --policy'),
  ];
}

/** The error targets that were given. */
export function targetsOf(options: EvaluateOptions): ErrorTarget[] {
  const accepts = [options.targetApcer, options.targetFmr].filter((rate) => rate !== undefined);
  const rejects = [options.targetBpcer, options.targetFnmr].filter((rate) => rate !== undefined);
  return [...accepts.map((falseAccept) => ({ falseAccept })), ...rejects.map((falseReject) => ({ falseReject }))];
}

function parseNumber(text: string): number {
  if (text.trim() === '' || !Number.isFinite(Number(text))) throw new InvalidArgumentError('It must be a number.');
  return Number(text);
}

function parseRate(text: string): number {
  const rate = text.endsWith('%') ? parseNumber(text.slice(0, -1)) / 100 : parseNumber(text);
  if (rate < 0 || rate >= 1) throw new InvalidArgumentError('It must be at least 0 and below 1 (or 100%).');
  return rate;
}

function parseColumns(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  if (pairs.some((pair) => pair.length !== 2 || pair.includes('')))
    throw new InvalidArgumentError('It must look like species=kind,source=origin.');
  return Object.fromEntries(pairs);
}
