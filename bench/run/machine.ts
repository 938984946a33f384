import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { findInstallation } from '../../src/base/installation.js';
import type { Machine } from './figures.js';

/** The machine that runs this process. */
export const describeMachine = (): Machine => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGb: Math.round(totalmem() / 1e9),
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
});

/** The commit of this checkout, `+` if something is not committed; empty if this is not a checkout. */
export function findCommit(): string {
  try {
    return execFileSync('git', ['-C', findInstallation(), 'describe', '--always', '--dirty=+', '--abbrev=7', '--exclude=*'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
