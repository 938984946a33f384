import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { Engine } from '../../analysis/engine.js';
import { angleLimitsOf } from '../../analysis/mesh-pose.js';
import { regularPolicy } from '../../analysis/policy.js';
import { commandName } from '../../base/command-name.js';
import { endAtOnce } from '../../base/end-at-once.js';
import { findModelManifest, readVersion } from '../../base/installation.js';
import { planCapacity } from '../../config/capacity.js';
import { readEngineSettings } from '../../config/engine-settings.js';
import { loadConfig } from '../../config/load.js';
import { EvaluationError } from '../../evaluation/sample.js';
import { loadModelManifest } from '../../inference/prepare/manifest.js';
import { prepareModels } from '../../inference/prepare/prepare-models.js';
import { CommandError } from '../command-error.js';
import { showProgress } from '../show-progress.js';
import { demandAccount } from './apply-threshold.js';
import { chooseMeasure } from './choose-measure.js';
import { fingerprintEngine } from './engine-fingerprint.js';
import { type EvaluateOptions, evaluateOptions, targetsOf } from './evaluate-options.js';
import { planJudgement } from './judged-by.js';
import { demandPacks } from './measured-packs.js';
import { showMeasuring } from './measuring-progress.js';

/** Far more than any picture needs, so that a busy machine does not cause non-responses. */
const leastDeadlineMs = 60_000;
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
  const tableFile = options.csv ?? options.sequences ?? options.pairs;
  const input = directory ?? tableFile;
  if (input === undefined || (directory !== undefined && tableFile !== undefined))
    throw new EvaluationError(
      `give exactly one input: a folder, --csv FILE, --sequences FILE, or --pairs FILE; see \`${commandName} evaluate --help\``,
    );
  if (directory !== undefined && (options.columns || options.where))
    throw new EvaluationError('--columns and --where need a table: give one with --csv, --sequences or --pairs');
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
    ...readEngineSettings(config),
    packs: plan.packs,
    workers,
    queueLimit: workers * 2,
    deadlineMs: Math.max(leastDeadlineMs, config.TRIFACE_DEADLINE_MS),
    onProblem: (problem) => console.error(problem),
  });
  const version = readVersion();
  const angleLimits = angleLimitsOf(
    [plan.judgedBy, ...(plan.comparedWith ? [plan.comparedWith] : [])].map(({ policy }) => policy),
  );
  const limits = `${config.TRIFACE_MAX_IMAGE_PIXELS}/${config.TRIFACE_MAX_IMAGE_BYTES}`;
  try {
    const summary = await measure({
      title: `${basename(resolve(input))}: ${options.pairs ? 'recognition' : options.sequences ? 'liveness of sequences' : 'liveness'}`,
      out: outputOf(input, options),
      root: directory ?? dirname(input),
      analyze: (bytes, sequence) =>
        engine.analyze({
          bytes,
          ...(sequence ? { sequence } : {}),
          angleLimits,
          maxFaces: options.subject === 'central' ? centralAmong : 1,
          lane: 'background',
          embedding: options.pairs !== undefined,
          subject: options.pairs !== undefined && options.subject === 'prominent' ? 'prominent' : 'largest',
        }),
      measuredBy: fingerprintEngine([
        version,
        engine.provider,
        engine.livenessModels,
        engine.recognition.name,
        limits,
        options.subject,
        JSON.stringify(angleLimits),
      ]),
      tool: `triface ${version}`,
      fresh: options.fresh ?? false,
      concurrency: workers * 2,
      maxBytes: config.TRIFACE_MAX_IMAGE_BYTES,
      signal: stop.signal,
      progress: showMeasuring(options.sequences ? 'sequences' : 'pictures'),
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

const outputOf = (input: string, { out }: EvaluateOptions): string =>
  resolve(out ?? `${resolve(input).replace(/\.csv$/i, '')}-report`);
