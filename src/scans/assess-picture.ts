import { CancelledError, DeadlineError, type Engine, QueueFullError } from '../analysis/engine.js';
import type { Finding } from '../analysis/findings.js';
import type { FaceObservation, ImageObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import { judge, judgeUnobserved, type Verdict } from '../analysis/verdict.js';
import type { Store } from '../storage/store.js';
import type { Scan } from './scan.js';
import { addScan } from './scans.js';

/** One picture that somebody wants judged. */
export interface PictureCommand {
  readonly caller: { readonly accountId: string; readonly companyId: string };
  readonly contract: string;
  /** the file as sent; its memory is moved away */
  readonly bytes: Uint8Array;
  readonly policy: Policy;
  /** the client's own words for finding the scan again */
  readonly reference?: string;
  readonly channel?: string;
  /** faces to look at closer (default 1, the subject) */
  readonly maxFaces?: number;
  /** store the 68 landmarks of each face, too (default not) */
  readonly keepLandmarks?: boolean;
  /** aborted when the client has gone */
  readonly signal?: AbortSignal;
}

/** What is kept of an analysis beside the columns of its scan. */
export interface ScanDetail {
  readonly findings: readonly Finding[];
  readonly faceCount: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly faces: readonly FaceObservation[];
  /** the models behind the liveness scores and their weights */
  readonly livenessModels: string;
}

/** The judged and stored picture. */
export interface Assessment {
  readonly verdict: Verdict;
  readonly scan: Scan;
  /** why a picture was not readable, for the log; holds nothing of the picture */
  readonly reason: string | undefined;
}

/** No worker is free and none will be soon: try again later. */
export class BusyError extends Error {
  override name = 'BusyError';
  constructor(readonly retryAfterSeconds: number) {
    super('the server is busy');
  }
}

const faultFindings = { unreadable: 'image-unreadable', 'too-large': 'image-too-large', timeout: 'processing-failed' } as const;

/**
 * Looks at a picture, judges it and stores the scan: once this resolves, the scan is on the disk.
 * @throws BusyError when it was not looked at for want of a worker; WorkerFailedError when the engine failed
 */
export async function assessPicture(engine: Engine, store: Store, command: PictureCommand): Promise<Assessment> {
  const started = performance.now();
  const { observation, finding, reason } = await observe(engine, command);
  const verdict = observation
    ? judge(observation, command.policy)
    : judgeUnobserved(finding ?? 'processing-failed', command.policy);
  const { caller, contract, reference = null, channel = null } = command;
  const row = {
    companyId: caller.companyId,
    accountId: caller.accountId,
    contract,
    reference,
    channel,
    elapsedMs: Math.round((performance.now() - started) * 10) / 10,
    outcome: verdict.accepted ? 'bona-fide' : verdict.findings[0] === 'attack' ? 'attack' : 'refused',
    livenessScore: verdict.liveness ?? null,
    finding: verdict.findings[0] ?? null,
    policyVersion: verdict.policyVersion,
    detail: { ...describe(verdict, observation, command.keepLandmarks ?? false), livenessModels: engine.livenessModels },
  };
  const { id, number, createdAt } = await addScan(store, row);
  const scan: Scan = {
    ...row,
    id,
    number,
    createdAt,
    updatedAt: createdAt,
    createdBy: caller.accountId,
    updatedBy: caller.accountId,
  };
  return { verdict, scan, reason };
}

interface Observed {
  readonly observation?: ImageObservation;
  readonly finding?: Finding;
  readonly reason?: string;
}

async function observe(engine: Engine, { bytes, maxFaces, signal }: PictureCommand): Promise<Observed> {
  try {
    const outcome = await engine.analyze(bytes, maxFaces, signal);
    return 'observation' in outcome ? outcome : { finding: faultFindings[outcome.fault], reason: outcome.reason };
  } catch (error) {
    if (error instanceof DeadlineError && error.started) return { finding: 'processing-failed', reason: error.message };
    if (error instanceof QueueFullError) throw new BusyError(error.retryAfterSeconds);
    if (error instanceof DeadlineError || error instanceof CancelledError) throw new BusyError(1);
    throw error;
  }
}

function describe(
  verdict: Verdict,
  observation: ImageObservation | undefined,
  keepLandmarks: boolean,
): Omit<ScanDetail, 'livenessModels'> {
  const faces = observation?.faces.slice(0, verdict.faceCount) ?? [];
  return {
    findings: verdict.findings,
    faceCount: verdict.faceCount,
    width: observation?.width ?? null,
    height: observation?.height ?? null,
    faces: keepLandmarks ? faces : faces.map((face) => ({ ...face, landmarks: [] })),
  };
}
