import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { findModelManifest, findModelsDir } from '../src/base/installation.js';

const prefix = 'triface-test-run-';

// The files of a run have tap's runner as their parent. Without tap, a file has a memory of its own.
const folder = join(tmpdir(), prefix + (process.env.TAP === '1' ? process.ppid : process.pid));

/** What is remembered belongs to one build and one set of models, in case that a process id is used again. */
const build = createHash('sha256');
const marks = ['../.server', '../.tests'].map((name) => new URL(name, import.meta.url));
for (const path of [...marks, findModelManifest(), join(findModelsDir(), 'liveness-fusion.json')])
  build.update(readFileSync(path));
const buildId = build.digest('hex');

/**
 * Finds the answer that this test run remembers to a question, whichever test file gave it.
 * @param question names the answer and everything that it depends on, except the build and the models
 * @returns a copy; undefined if there is none
 */
export function recall<Answer>(question: string): Answer | undefined {
  try {
    return deserialize(readFileSync(fileOf(question))) as Answer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Remembers an answer until the test run ends. It is stored by structured clone. */
export function remember(question: string, answer: unknown): void {
  mkdirSync(folder, { recursive: true });
  const path = fileOf(question);
  // Another file may write the same at the same time: each reader sees a whole answer.
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, serialize(answer));
  renameSync(unfinished, path);
}

const fileOf = (question: string): string => join(folder, createHash('sha256').update(`${buildId} ${question}`).digest('hex'));

/** Removes what ended runs remembered. */
export function forgetEndedRuns(): void {
  for (const name of readdirSync(tmpdir()))
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length))))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
