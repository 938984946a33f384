import type { Store } from '../../storage/store.js';
import { deleteExpiredEntities } from './stored-entities.js';

/** A running sweeper. */
export interface EntitySweeper {
  /** Ends it; resolves when no sweep is running any more. Before the store is closed. */
  stop(): Promise<void>;
}

/** Deletes expired sessions, codes and tokens, at once and then every ten minutes. Does not keep the process alive. */
export function startEntitySweeper({
  store,
  onError,
  intervalMs = 600_000,
}: {
  store: Store;
  /** told of a sweep that failed; the next one comes all the same */
  onError: (error: unknown) => void;
  intervalMs?: number;
}): EntitySweeper {
  let sweeping: Promise<void> = Promise.resolve();
  const start = () => {
    sweeping = sweeping.then(() => deleteExpiredEntities(store.db, Date.now()).then(() => {}, onError));
  };
  start();
  const timer = setInterval(start, intervalMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
