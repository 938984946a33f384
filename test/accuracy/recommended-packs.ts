import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { readCommand } from '../commands/run-command.js';

/** Folder of the files of the recommended packs, which the repository does not contain. */
const given = process.env.TRIFACE_TEST_MODEL_PACKS ?? join(findInstallation(), '../shared/model-packs');

/** Whether the files exist. Tests that need them are skipped otherwise. */
export const hasRecommendedPacks = (): boolean => ['facenox', 'silent-face'].every((pack) => existsSync(join(given, pack)));

/** Adds and chooses the recommended packs by their command, as an operator would. */
export async function addRecommendedPacks(t: Test, dataDir: string): Promise<void> {
  const run = (...command: string[]) => readCommand(['models', ...command], { DATA_DIR: dataDir });
  await run('add', 'recommended', '--from', given);
  t.match(await run('list'), /in use +facenox@98\.20, weight 0\.3[\s\S]*in use +silent-face@1\.0\.0, weight 1/);
}
