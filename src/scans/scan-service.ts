import { findDataKey } from '../vault/data-keys.js';
import { findPicture, type Picture } from '../vault/pictures.js';
import { type AssessingParts, type Assessment, assessPicture, type PictureCommand } from './assess-picture.js';
import { type Correction, type CorrectionOutcome, correctScan } from './correct-scan.js';
import { listScans, type ScanListing, type ScanListingResult } from './list-scans.js';
import { readScans, readSummaries, type ScanPeriod } from './read-scans.js';
import type { Scan, SummarizedScan } from './scan.js';
import { findAnyScan, findScan } from './scans.js';

/** Judging pictures and reading back what was found: all that a contract needs of the engine and the store. */
export interface ScanService {
  /** @throws BusyError, WorkerFailedError */
  assess(command: PictureCommand): Promise<Assessment>;
  /** The company's scan of this id; another company's is not found. */
  find(companyId: string, id: string): Promise<Scan | undefined>;
  /** As `find`, by uuid or by number. */
  findByAnyId(companyId: string, id: string): Promise<Scan | undefined>;
  /** A page of the company's scans that have a summary. @throws BusyError */
  list(listing: ScanListing): Promise<ScanListingResult>;
  /** Corrects the summary of the company's scan. */
  correct(correction: Correction): Promise<CorrectionOutcome>;
  /** The company's scans that have a summary, in the order they were made. */
  read(companyId: string, period: ScanPeriod): AsyncGenerator<Scan>;
  /** The same without what was observed. */
  readSummaries(companyId: string, period: ScanPeriod): AsyncGenerator<SummarizedScan>;
  /** The scan's picture, while it is kept. */
  readPicture(scan: Pick<Scan, 'id' | 'pictureId'>): Promise<Picture | undefined>;
}

/** @param onAssessed told of each judged picture; for metrics */
export function createScanService(parts: AssessingParts, onAssessed: (assessment: Assessment) => void = () => {}): ScanService {
  const { store, masterKeys } = parts;
  return {
    async assess(command) {
      const assessment = await assessPicture(parts, command);
      onAssessed(assessment);
      return assessment;
    },
    find: (companyId, id) => findScan(store, companyId, id),
    findByAnyId: async (companyId, id) => {
      const scan = await findAnyScan(store, id);
      return scan?.companyId === companyId ? scan : undefined;
    },
    list: (listing) => listScans(store, listing),
    correct: (correction) => correctScan(store, correction),
    read: (companyId, period) => readScans(store, companyId, period),
    readSummaries: (companyId, period) => readSummaries(store, companyId, period),
    async readPicture({ id, pictureId }) {
      const key = pictureId === null ? undefined : await findDataKey(store.db, masterKeys, id);
      return key && pictureId !== null ? findPicture(store.db, key, id, pictureId) : undefined;
    },
  };
}
