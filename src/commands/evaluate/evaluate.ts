import { basename, dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Engine } from '../../analysis/engine.js';
import { regularPolicy } from '../../analysis/policy.js';
import { findModelManifest, readVersion } from '../../base/installation.js';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import type { ErrorTarget } from '../../evaluation/error-curve.js';
import type { Subject } from '../../evaluation/evaluate-recognition.js';
import type { EvaluationRun } from '../../evaluation/evaluation-run.js';
import { EvaluationError } from '../../evaluation/sample.js';
import { makeThumbnail } from '../../imaging/decode.js';
import type { ActivePacks } from '../../inference/packs/active-packs.js';
import { findPackFolders } from '../../inference/packs/pack-folders.js';
import { loadModelManifest } from '../../inference/prepare/manifest.js';
import { prepareModels } from '../../inference/prepare/prepare-models.js';
import { endAtOnce } from '../../platform/end-at-once.js';
import { CommandError } from '../command-error.js';
import { showProgress } from '../show-progress.js';
import { applyThreshold, demandAccount } from './apply-threshold.js';
import { fingerprintEngine } from './engine-fingerprint.js';
import { applyWeights, demandPacks, readMeasuredPacks, weightsOf } from './measured-packs.js';
import { showMeasuring } from './measuring-progress.js';

/** Far more than any picture needs, so that a busy machine does not cause non-responses. */
const leastDeadlineMs = 60_000;
const thumbnailSide = 240;
/** Number of largest faces among which the central one is chosen. */
const centralAmong = 5;

interface Options {
  readonly csv?: string;
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
  readonly packs?: string[];
  readonly applyWeights?: boolean;
}

/**
 * `triface evaluate`: writes a report. Prints a summary and the report's paths to stdout, progress to stderr. Exits 130 if
 * interrupted.
 */
export function addEvaluateCommand(program: Command): void {
  const rate = (name: string, of: string) =>
    new Option(`--target-${name} <rate>`, `suggest a threshold for this ${of}, for example 0.03 or 3%`).argParser(parseRate);
  program
    .command('evaluate')
    .argument('[dir]', 'folder containing bona-fide/** (or live/, real/) and attack/<species>/**')
    .addOption(
      new Option(
        '--csv <file>',
        'instead of a folder: table with path,label[,species[,source]]; paths are relative to it',
      ).conflicts('pairs'),
    )
    .option('--pairs <file>', 'recognition: table with path_a,path_b,label (same or different)')
    .option('--columns <names>', "the table's names for our columns, for example species=kind,source=origin", parseColumns)
    .option(
      '--where <condition...>',
      'use only rows with column=value or column!=value (values separated by commas, * matches any text)',
    )
    .option('--out <dir>', 'folder for the report (default: next to the input, named …-report)')
    .option(
      '--threshold <score>',
      `accept scores at or above this (default: ${regularPolicy.liveness}; with --pairs, that of the recognition model)`,
      parseNumber,
    )
    .addOption(rate('apcer', 'attack presentation classification error rate').conflicts('pairs'))
    .addOption(rate('bpcer', 'bona fide presentation classification error rate').conflicts('pairs'))
    .addOption(rate('fmr', 'false match rate'))
    .addOption(rate('fnmr', 'false non-match rate'))
    .addOption(
      new Option('--subject <face>', 'with --pairs: which face of each picture is compared')
        .choices(['prominent', 'largest', 'central'])
        .default('prominent'),
    )
    .option('--seed <number>', 'seed of the bootstrap', parseNumber, 1)
    .option('--thumbnails', 'include thumbnails of the worst errors in the report (the report then contains faces)')
    .option('--fresh', 'ignore earlier measurements and measure everything again')
    .addOption(new Option('--apply <account>', "store the suggested threshold in this account's policy (needs one --target-…)"))
    .addOption(
      new Option('--packs <names>', 'measure with these added model packs, for example a,b, instead of those in use')
        .argParser((text) => text.split(',').map((name) => name.trim()))
        .conflicts('pairs'),
    )
    .addOption(
      new Option('--apply-weights', 'use the suggested model pack weights from now on, if there are any').conflicts('pairs'),
    )
    .action(evaluate);
}

async function evaluate(directory: string | undefined, options: Options): Promise<void> {
  const input = directory ?? options.csv ?? options.pairs;
  if (input === undefined || (directory !== undefined && (options.csv ?? options.pairs) !== undefined))
    throw new EvaluationError('give exactly one input: a folder, --csv FILE, or --pairs FILE; see `triface evaluate --help`');
  if (directory !== undefined && (options.columns || options.where))
    throw new EvaluationError('--columns and --where need a table: give one with --csv or --pairs');
  const targets = targetsOf(options);
  if (options.apply !== undefined && targets.length !== 1) throw new EvaluationError('--apply needs exactly one --target-…');
  const config = loadConfig(process.env);
  if (options.apply !== undefined) await demandAccount(config, options.apply);
  const modelsDir = config.TRIFACE_MODELS_DIR;
  const stop = new AbortController();
  const interrupt = (): void => {
    // A second signal ends the process at once.
    if (stop.signal.aborted) endAtOnce();
    // Printed only while models are prepared: a run that has begun ends by itself.
    stop.abort(new CommandError('interrupted'));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);

  const packsDir = findPackFolders(config.DATA_DIR);
  const packs = await readMeasuredPacks(packsDir, options.packs);
  if (options.applyWeights) demandPacks(packs);
  const measure = await chooseMeasure(input, options, config, packs);
  await prepareModels({
    modelsDir,
    manifest: await loadModelManifest(findModelManifest()),
    onProgress: showProgress(),
    signal: stop.signal,
  });
  const workers = config.WORKERS;
  const engine = await Engine.start({
    modelsDir,
    // Measure what the server runs, unless other packs were named.
    packs,
    provider: config.INFERENCE_PROVIDER,
    workers,
    queueLimit: workers * 2,
    deadlineMs: Math.max(leastDeadlineMs, config.TRIFACE_DEADLINE_MS),
    maxPixels: config.TRIFACE_MAX_IMAGE_PIXELS,
  });
  const version = readVersion();
  const limits = `${config.TRIFACE_MAX_IMAGE_PIXELS}/${config.TRIFACE_MAX_IMAGE_BYTES}`;
  try {
    const summary = await measure({
      title: `${basename(resolve(input))}: ${options.pairs ? 'recognition' : 'liveness'}`,
      out: outputOf(input, options),
      root: directory ?? dirname(input),
      analyze: (bytes) =>
        engine.analyze(bytes, options.subject === 'central' ? centralAmong : 1, undefined, {
          embedding: options.pairs !== undefined,
          subject: options.pairs !== undefined && options.subject === 'prominent' ? 'prominent' : 'largest',
        }),
      measuredBy: fingerprintEngine(findModelManifest(), [
        version,
        engine.provider,
        engine.livenessModels,
        engine.recognition.name,
        limits,
        options.subject,
      ]),
      tool: `triface ${version}`,
      fresh: options.fresh ?? false,
      concurrency: workers * 2,
      maxBytes: config.TRIFACE_MAX_IMAGE_BYTES,
      signal: stop.signal,
      progress: showMeasuring(),
      threshold:
        options.threshold ?? (options.pairs ? (engine.recognition.threshold ?? regularPolicy.match) : regularPolicy.liveness),
      targets,
      seed: options.seed,
    });
    if (summary) return console.log(summary);
    console.error('Interrupted. Measurements so far are kept; run the same command again to continue.');
    process.exitCode = 130;
  } finally {
    await engine.close();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

type Measure = (run: EvaluationRun) => Promise<string | undefined>;

/** Reads the samples and returns the run. Imports only the code for the kind of evaluation that was requested. */
async function chooseMeasure(input: string, options: Options, config: Config, packs: ActivePacks): Promise<Measure> {
  const { summarizeLiveness, summarizeRecognition } = await import('../../evaluation/summarize.js');
  const { readLivenessTable, readPairTable } = await import('../../evaluation/read-table.js');
  if (options.pairs) {
    const { evaluateRecognition } = await import('../../evaluation/evaluate-recognition.js');
    const pairs = await readPairTable(options.pairs, options);
    return async (run) => {
      const report = await evaluateRecognition({ ...run, pairs, subject: options.subject });
      if (!report) return undefined;
      const { apply } = options;
      const applied =
        apply === undefined ? '' : `\n${await applyThreshold(config, apply, 'match', report.suggestions[0]?.found)}`;
      return `${summarizeRecognition(report, run.out)}${applied}`;
    };
  }
  const { listFolder } = await import('../../evaluation/read-folder.js');
  const { evaluateLiveness } = await import('../../evaluation/evaluate-liveness.js');
  const samples = options.csv ? await readLivenessTable(options.csv, options) : await listFolder(input);
  const limits = { maxPixels: 50_000_000, maxSide: thumbnailSide, timeoutSeconds: 10 };
  const thumbnails = options.thumbnails
    ? { makeThumbnail: (bytes: Uint8Array) => makeThumbnail(bytes, limits, thumbnailSide) }
    : {};
  return async (run) => {
    const report = await evaluateLiveness({ ...run, samples, policy: regularPolicy, weights: weightsOf(packs), ...thumbnails });
    if (!report) return undefined;
    const done = [summarizeLiveness(report, run.out)];
    if (options.apply !== undefined)
      done.push(await applyThreshold(config, options.apply, 'liveness', report.suggestions[0]?.found));
    if (options.applyWeights) done.push(await applyWeights(findPackFolders(config.DATA_DIR), report.models?.weights ?? null));
    return done.join('\n');
  };
}

const outputOf = (input: string, { out }: Options): string => resolve(out ?? `${resolve(input).replace(/\.csv$/i, '')}-report`);

function targetsOf(options: Options): ErrorTarget[] {
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
