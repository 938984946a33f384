import type { Engine } from '../analysis/engine.js';
import type { Store } from '../storage/store.js';
import { type Assessment, assessPicture, type PictureCommand } from './assess-picture.js';
import type { Scan } from './scan.js';
import { findAnyScan, findScan } from './scans.js';

/** Judging pictures and reading back what was found: all that a contract needs of the engine and the store. */
export interface ScanService {
  /** @throws BusyError, WorkerFailedError */
  assess(command: PictureCommand): Promise<Assessment>;
  /** The company's scan of this id; another company's is not found. */
  find(companyId: string, id: string): Promise<Scan | undefined>;
  /** As `find`, by uuid or by number. */
  findByAnyId(companyId: string, id: string): Promise<Scan | undefined>;
}

export const createScanService = (engine: Engine, store: Store): ScanService => ({
  assess: (command) => assessPicture(engine, store, command),
  find: (companyId, id) => findScan(store, companyId, id),
  findByAnyId: async (companyId, id) => {
    const scan = await findAnyScan(store, id);
    return scan?.companyId === companyId ? scan : undefined;
  },
});
