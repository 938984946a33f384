import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, Values } from '../audit/change-log.js';
import { loadConfig } from '../config/load.js';
import { type ActiveSelection, findSelection, readSelection } from '../inference/packs/active-packs.js';
import { packId } from '../inference/packs/pack-description.js';
import type { PackFolders } from '../inference/packs/pack-folders.js';
import type { ModelPack } from '../inference/packs/read-pack.js';
import { recordDone, withChanges } from './with-changes.js';

/**
 * Runs a change of model packs, which are files, and records it. The database is opened before, so that nothing changes if the
 * change cannot be recorded. Before a server has created its database, as in the build of an image, there is no audit log:
 * each start of a server records the packs in use.
 * @param command as `withChanges`
 * @param describe what was done
 */
export async function changePacks<T>(
  command: string,
  change: () => Promise<T>,
  describe: (done: T) => readonly Change[],
): Promise<T> {
  const config = loadConfig(process.env);
  const { DATABASE_URL: database, DATA_DIR: dataDir } = config;
  if (!('postgres' in database) && !existsSync(database.file ?? join(dataDir, 'triface.db'))) {
    console.error('There is no database yet, and so no audit log: each start of a server will record the packs in use.');
    return change();
  }
  return withChanges(
    command,
    async ({ store, changes, demandKey }) => {
      await demandKey();
      const done = await change();
      await recordDone(store, changes, describe(done));
      return done;
    },
    config,
  );
}

/** Changes which packs are in use, and records it. @param command as `withChanges` */
export async function changeChoice<T>(command: string, packsDir: PackFolders, choose: () => Promise<T>): Promise<T> {
  const change = async () => {
    const old = await findSelection(packsDir);
    return { old, chosen: await choose(), now: await readSelection(packsDir) };
  };
  return (await changePacks(command, change, ({ old, now }) => [describeChoice(old, now)])).chosen;
}

/** A pack that was added, with the hashes of its networks. */
export const describeAddition = ({ id, description: { kind, licence, networks } }: ModelPack): Change => ({
  ...{ action: 'pack.add', companyId: null, subject: id },
  new: { kind, licence, networks: networks.map(({ sha256 }) => sha256) },
});

/** A choice of packs that was replaced. */
export const describeChoice = (old: ActiveSelection | undefined, now: ActiveSelection): Change => ({
  ...{ action: 'pack.use', companyId: null, subject: null },
  ...(old && { old: describeSelection(old) }),
  new: describeSelection(now),
});

const describeSelection = ({ shippedWeight, packs, recognition }: ActiveSelection): Values => ({
  shippedWeight,
  packs: packs.map((pack) => ({ id: packId(pack), weight: pack.weight })),
  recognition: recognition ? packId(recognition) : 'shipped',
});
