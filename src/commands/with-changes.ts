import { openAuditTools } from '../audit/audit-keys.js';
import { type Change, ChangeLog, type ChangeRecorder } from '../audit/change-log.js';
import { describeMachine } from '../base/describe-machine.js';
import type { Config } from '../config/schema.js';
import { KeyError } from '../keys/key-file.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { KeyRegister } from '../vault/key-register.js';
import { CommandError } from './command-error.js';
import { withStore } from './with-store.js';

/** What a command that changes something works with. */
export interface Changing {
  readonly store: Store;
  readonly config: Config;
  /** records what the command changes */
  readonly changes: ChangeLog;
  /** Called before files are changed, which no transaction takes back. @throws KeyError if the change could not be recorded */
  demandKey(): Promise<void>;
}

/**
 * Runs a task on the configured store, with a recorder of its changes, then closes the store. Works while a server is running.
 * @param command its words, for the audit log, such as `user add`
 */
export const withChanges = <T>(command: string, task: (parts: Changing) => Promise<T>, config?: Config): Promise<T> =>
  withStore(async (store, config) => {
    const { audit, held } = await openCommandAudit(store, config);
    const changes = new ChangeLog(audit, 'operator', { via: 'command', command, ...describeMachine() });
    return task({ store, config, changes, demandKey: () => demandKey(store, config, held['audit-secret'].current) });
  }, config);

/** The audit tools of a command, which must hold the same key as the servers: with another one the chain would not verify. */
export const openCommandAudit = (store: Store, config: Config) =>
  openAuditTools({
    dataDir: config.DATA_DIR,
    warn: (message) => console.error(message),
    now: store.now,
    demandKey: (db, fingerprint) => demandKey({ db, now: store.now }, config, fingerprint),
  });

async function demandKey(store: Pick<Store, 'db' | 'now'>, { DATA_DIR: dataDir }: Config, fingerprint: string): Promise<void> {
  const required = await new KeyRegister(store).listRequired('audit-secret');
  if (required.size > 0 && !required.has(fingerprint))
    throw new KeyError(
      `${dataDir}/keys/audit-secret is not the key of this database's audit log: copy the folder keys/ of a server there, and run this again`,
    );
}

/**
 * Records what was done to files.
 * @throws CommandError if it cannot be recorded
 */
export async function recordDone(store: Store, changes: ChangeRecorder, done: readonly Change[]): Promise<void> {
  try {
    await transact(store.db, async (db) => {
      for (const change of done) await changes.record(db, change);
    });
  } catch (error) {
    const what = done.map(({ action, subject }) => `${action} ${subject ?? ''}`.trim()).join(', ');
    throw new CommandError(`this was done, but could not be recorded in the audit log: ${what} (${(error as Error).message})`, {
      cause: error,
    });
  }
}
