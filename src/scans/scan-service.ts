import type { AnalysisEngine } from '../analysis/engine.js';
import { findDataKey } from '../vault/data-keys.js';
import { findPicture, type Picture } from '../vault/pictures.js';
import type { Assessment } from './assessment.js';
import { type Correction, type CorrectionOutcome, correctScan } from './correct-scan.js';
import { listScans, type ScanListing, type ScanListingResult } from './list-scans.js';
import { type ObservedPicture, observePicture } from './observe-picture.js';
import type { PictureCommand } from './picture-command.js';
import { readScans, readSummaries } from './read-scans.js';
import { type JudgeCapture, type RecordingParts, recordScan } from './record-scan.js';
import type { Scan, SummarizedScan } from './scan.js';
import type { ScanFilter } from './scan-query.js';
import { findAnyScan, findScan } from './scans.js';

/** Judges pictures and reads stored scans: everything that contracts need from the engine and the store. */
export interface ScanService {
  /** Judges a picture and stores the scan: `observe`, then `record`. @throws BusyError, WorkerFailedError */
  assess(command: PictureCommand): Promise<Assessment>;
  /** Analyses a picture; nothing is stored. @throws BusyError, WorkerFailedError */
  observe(command: PictureCommand): Promise<ObservedPicture>;
  /** Stores the scan of an observed picture. @param judgeCapture of a capture packet: how the picture was taken */
  record(observed: ObservedPicture, judgeCapture?: JudgeCapture): Promise<Assessment>;
  /** The company's scan of this id; another company's is not found. */
  find(companyId: string, id: string): Promise<Scan | undefined>;
  /** As `find`, by uuid or by number. */
  findByAnyId(companyId: string, id: string): Promise<Scan | undefined>;
  /** A page of the company's scans that have a summary. @throws BusyError */
  list(listing: ScanListing): Promise<ScanListingResult>;
  /** Corrects the summary of the company's scan. */
  correct(correction: Correction): Promise<CorrectionOutcome>;
  /** The company's scans that have a summary, in the order in which they were made. */
  read(companyId: string, filter: ScanFilter): AsyncGenerator<Scan>;
  /** As `read`, without the details. */
  readSummaries(companyId: string, filter: ScanFilter): AsyncGenerator<SummarizedScan>;
  /** The scan's picture, while it is kept. */
  readPicture(scan: Pick<Scan, 'id' | 'pictureId'>): Promise<Picture | undefined>;
}

/** What judging and storing needs. */
export interface ScanServiceParts extends RecordingParts {
  readonly engine: AnalysisEngine;
}

/** Creates the service. @param onAssessed called for each judged picture; for metrics */
export function createScanService(parts: ScanServiceParts, onAssessed: (assessment: Assessment) => void = () => {}): ScanService {
  const { engine, store, masterKeys } = parts;
  const observe = (command: PictureCommand): Promise<ObservedPicture> => observePicture(engine, command);
  const record = async (observed: ObservedPicture, judgeCapture?: JudgeCapture): Promise<Assessment> => {
    const assessment = await recordScan(parts, observed, judgeCapture);
    onAssessed(assessment);
    return assessment;
  };
  return {
    observe,
    record,
    assess: async (command) => record(await observe(command)),
    find: (companyId, id) => findScan(store, companyId, id),
    findByAnyId: async (companyId, id) => {
      const scan = await findAnyScan(store, id);
      return scan?.companyId === companyId ? scan : undefined;
    },
    list: (listing) => listScans(store, listing),
    correct: (correction) => correctScan(store, correction),
    read: (companyId, filter) => readScans(store, companyId, filter),
    readSummaries: (companyId, filter) => readSummaries(store, companyId, filter),
    async readPicture({ id, pictureId }) {
      const key = pictureId === null ? undefined : await findDataKey(store.db, masterKeys, id);
      return key && pictureId !== null ? findPicture(store.db, key, id, pictureId) : undefined;
    },
  };
}
