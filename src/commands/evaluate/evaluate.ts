import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { Engine } from '../../analysis/engine.js';
import { regularPolicy } from '../../analysis/policy.js';
import { commandName } from '../../base/command-name.js';
import { endAtOnce } from '../../base/end-at-once.js';
import { findModelManifest, readVersion } from '../../base/installation.js';
import { planCapacity } from '../../config/capacity.js';
import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import type { EvaluationRun } from '../../evaluation/evaluation-run.js';
import { EvaluationError } from '../../evaluation/sample.js';
import { makeThumbnail } from '../../imaging/decode.js';
import { findPackFolders } from '../../inference/packs/pack-folders.js';
import { loadModelManifest } from '../../inference/prepare/manifest.js';
import { prepareModels } from '../../inference/prepare/prepare-models.js';
import { CommandError } from '../command-error.js';
import { showProgress } from '../show-progress.js';
import { applyThreshold, demandAccount } from './apply-threshold.js';
import { fingerprintEngine } from './engine-fingerprint.js';
import { type EvaluateOptions, evaluateOptions, targetsOf } from './evaluate-options.js';
import { type JudgementPlan, planJudgement } from './judged-by.js';
import { applyWeights, demandPacks, weightsOf } from './measured-packs.js';
import { showMeasuring } from './measuring-progress.js';

/** Far more than any picture needs, so that a busy machine does not cause non-responses. */
const leastDeadlineMs = 60_000;
const thumbnailSide = 240;
/** Number of largest faces among which the central one is chosen. */
const centralAmong = 5;

/**
 * `triface evaluate`: writes a report. Prints a summary and the report's paths to stdout, progress to stderr. Exits 130 if
 * interrupted.
 */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .argument('[dir]', 'folder containing bona-fide/** (or live/, real/) and attack/<species>/**');
  for (const option of evaluateOptions()) command.addOption(option);
  command.action(evaluate);
}

async function evaluate(directory: string | undefined, options: EvaluateOptions): Promise<void> {
  const input = directory ?? options.csv ?? options.pairs;
  if (input === undefined || (directory !== undefined && (options.csv ?? options.pairs) !== undefined))
    throw new EvaluationError(
      `give exactly one input: a folder, --csv FILE, or --pairs FILE; see \`${commandName} evaluate --help\``,
    );
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

  const plan = await planJudgement(options, config);
  if (options.applyWeights) demandPacks(plan.judgedBy.weights);
  const measure = await chooseMeasure(input, options, config, plan);
  await prepareModels({
    modelsDir,
    manifest: await loadModelManifest(findModelManifest()),
    onProgress: showProgress(),
    signal: stop.signal,
  });
  const { workers } = planCapacity(config);
  const engine = await Engine.start({
    modelsDir,
    packs: plan.packs,
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
        engine.analyze({
          bytes,
          maxFaces: options.subject === 'central' ? centralAmong : 1,
          lane: 'background',
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
        options.threshold ??
        (options.pairs ? (engine.recognition.threshold ?? regularPolicy.match) : plan.judgedBy.policy.liveness),
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
async function chooseMeasure(input: string, options: EvaluateOptions, config: Config, plan: JudgementPlan): Promise<Measure> {
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
  const limits = { maxPixels: 67_108_864, maxSide: thumbnailSide, timeoutSeconds: 10 };
  const thumbnails = options.thumbnails
    ? { makeThumbnail: (bytes: Uint8Array) => makeThumbnail(bytes, limits, thumbnailSide) }
    : {};
  return async (run) => {
    const { judgedBy, comparedWith } = plan;
    const report = await evaluateLiveness({
      ...run,
      samples,
      judgedBy,
      comparedWith,
      measuredWeights: weightsOf(plan.packs),
      ...thumbnails,
    });
    if (!report) return undefined;
    const done = [summarizeLiveness(report, run.out)];
    if (options.apply !== undefined)
      done.push(await applyThreshold(config, options.apply, 'liveness', report.suggestions[0]?.found));
    if (options.applyWeights) done.push(await applyWeights(findPackFolders(config.DATA_DIR), report.models?.weights ?? null));
    return done.join('\n');
  };
}

const outputOf = (input: string, { out }: EvaluateOptions): string =>
  resolve(out ?? `${resolve(input).replace(/\.csv$/i, '')}-report`);
