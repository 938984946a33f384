import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { findLivenessFusion, findModelManifest, findMotionFusion } from '../src/base/installation.js';

const prefix = 'triface-test-run-';

// The files of a run have tap's runner as their parent. Without tap, a file has a memory of its own.
const folder = join(tmpdir(), prefix + (process.env.TAP === '1' ? process.ppid : process.pid));

/** What is remembered belongs to one build and one set of models, in case that a process id is used again. */
const build = createHash('sha256');
const marks = ['../.server', '../.tests'].map((name) => new URL(name, import.meta.url));
for (const path of [...marks, findModelManifest(), findLivenessFusion(), findMotionFusion()]) build.update(readFileSync(path));
const buildId = build.digest('hex');

/**
 * Answers a question as it was answered before in this test run, by whichever test file, or finds the answer and remembers it until the
 * run ends.
 * @param question names the answer and everything that it depends on, except the build and the models
 * @param find its answer is stored by structured clone. What it throws is not remembered
 */
export async function rememberInRun<Answer>(question: string, find: () => Promise<Answer>): Promise<Answer> {
  const path = fileOf(question);
  if (existsSync(path)) return deserialize(readFileSync(path)) as Answer;
  const answer = await find();
  mkdirSync(folder, { recursive: true });
  // Another file may write the same at the same time: each reader sees a whole answer.
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, serialize(answer));
  renameSync(unfinished, path);
  return answer;
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
