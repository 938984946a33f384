import type { Config } from '../../config/schema.js';
import type { EvaluationRun } from '../../evaluation/evaluation-run.js';
import { makeThumbnail } from '../../imaging/decode.js';
import { findPackFolders } from '../../inference/packs/pack-folders.js';
import { applyThreshold } from './apply-threshold.js';
import type { EvaluateOptions } from './evaluate-options.js';
import type { JudgementPlan } from './judged-by.js';
import { applyWeights, weightsOf } from './measured-packs.js';

const thumbnailSide = 240;

type Measure = (run: EvaluationRun) => Promise<string | undefined>;

/**
 * Reads the samples and returns the run, which resolves to a summary for the terminal, or to undefined if it was aborted. Imports only
 * the code for the kind of evaluation that was requested.
 * @param input the folder or table
 * @throws EvaluationError
 */
export function chooseMeasure(input: string, options: EvaluateOptions, config: Config, plan: JudgementPlan): Promise<Measure> {
  if (options.pairs) return measurePairs(options.pairs, options, config);
  return options.sequences ? measureSequences(options.sequences, options, plan) : measurePictures(input, options, config, plan);
}

async function measurePairs(file: string, options: EvaluateOptions, config: Config): Promise<Measure> {
  const { summarizeRecognition } = await import('../../evaluation/summarize.js');
  const { readPairTable } = await import('../../evaluation/read-table.js');
  const { evaluateRecognition } = await import('../../evaluation/evaluate-recognition.js');
  const pairs = await readPairTable(file, options);
  return async (run) => {
    const report = await evaluateRecognition({ ...run, pairs, subject: options.subject });
    if (!report) return undefined;
    const { apply } = options;
    const applied = apply === undefined ? '' : `\n${await applyThreshold(config, apply, 'match', report.suggestions[0]?.found)}`;
    return `${summarizeRecognition(report, run.out)}${applied}`;
  };
}

async function measureSequences(file: string, options: EvaluateOptions, { judgedBy }: JudgementPlan): Promise<Measure> {
  const { summarizeSequences } = await import('../../evaluation/sequences/summarize-sequences.js');
  const { readSequenceTable } = await import('../../evaluation/sequences/read-sequence-table.js');
  const { evaluateSequences } = await import('../../evaluation/sequences/evaluate-sequences.js');
  const samples = await readSequenceTable(file, options);
  return async (run) => {
    const report = await evaluateSequences({ ...run, samples, judgedBy, ...thumbnailsOf(options) });
    return report && summarizeSequences(report, run.out);
  };
}

async function measurePictures(input: string, options: EvaluateOptions, config: Config, plan: JudgementPlan): Promise<Measure> {
  const { summarizeLiveness } = await import('../../evaluation/summarize.js');
  const { readLivenessTable } = await import('../../evaluation/read-table.js');
  const { listFolder } = await import('../../evaluation/read-folder.js');
  const { evaluateLiveness } = await import('../../evaluation/evaluate-liveness.js');
  const samples = options.csv ? await readLivenessTable(options.csv, options) : await listFolder(input);
  return async (run) => {
    const { judgedBy, comparedWith } = plan;
    const report = await evaluateLiveness({
      ...run,
      samples,
      judgedBy,
      comparedWith,
      measuredWeights: weightsOf(plan.packs),
      ...thumbnailsOf(options),
    });
    if (!report) return undefined;
    const done = [summarizeLiveness(report, run.out)];
    if (options.apply !== undefined)
      done.push(await applyThreshold(config, options.apply, 'liveness', report.suggestions[0]?.found));
    if (options.applyWeights) done.push(await applyWeights(findPackFolders(config.DATA_DIR), report.models?.weights ?? null));
    return done.join('\n');
  };
}

/** How thumbnails are made, if the operator asked for faces in the report. */
function thumbnailsOf({ thumbnails }: EvaluateOptions) {
  const limits = { maxPixels: 67_108_864, maxSide: thumbnailSide, timeoutSeconds: 10 };
  return thumbnails ? { makeThumbnail: (bytes: Uint8Array) => makeThumbnail(bytes, limits, thumbnailSide) } : {};
}
