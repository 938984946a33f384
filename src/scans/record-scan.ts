import type { Finding } from '../analysis/findings.js';
import { refuseCapture } from '../analysis/verdict.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import type { MasterKeys } from '../vault/master-keys.js';
import type { Assessment } from './assessment.js';
import type { CaptureJudgement } from './capture-judgement.js';
import type { ObservedPicture } from './observe-picture.js';
import type { Scan } from './scan.js';
import type { ScanDetail } from './scan-detail.js';
import { addScan } from './scans.js';

/** Where scans are stored. */
export interface RecordingParts {
  readonly store: Store;
  /** seal pictures that are kept */
  readonly masterKeys: MasterKeys;
}

const attacks: ReadonlySet<Finding | undefined> = new Set(['attack', 'injection'] as const);

/** Judges how the picture of a capture packet was taken, in the transaction that stores its scan, which may run twice. */
export type JudgeCapture = (db: Database) => Promise<CaptureJudgement>;

/**
 * Gives the final verdict on an observed picture and stores the scan. Once this resolves, the scan is on disk.
 * @param judgeCapture of a capture packet. Probability 0 refuses the picture. What it writes is stored together with the scan
 */
export async function recordScan(
  parts: RecordingParts,
  observed: ObservedPicture,
  judgeCapture?: JudgeCapture,
): Promise<Assessment> {
  const { store } = parts;
  if (!judgeCapture) return record(store.db, parts, observed);
  return transact(store.db, async (db) => record(db, parts, observed, await judgeCapture(db)));
}

async function record(
  db: Database,
  { store, masterKeys }: RecordingParts,
  observed: ObservedPicture,
  capture?: CaptureJudgement,
): Promise<Assessment> {
  const { command, policy, observation, reason, kept, startedAt } = observed;
  const verdict = capture?.finding ? refuseCapture(observed.verdict, capture.finding) : observed.verdict;
  const { caller, contract, reference = null, channel = null } = command;
  const elapsedMs = Math.round((performance.now() - startedAt) * 10) / 10;
  const faces = observation?.faces.slice(0, verdict.faceCount) ?? [];
  const detail: ScanDetail = {
    findings: verdict.findings,
    faceCount: verdict.faceCount,
    uncertain: verdict.uncertain,
    policy,
    scene: observation?.scene ?? null,
    turned: observation?.turned ?? 0,
    width: observation?.width ?? null,
    height: observation?.height ?? null,
    // An embedding identifies a person: it is never stored in a scan, not even if the command asked for it.
    faces: faces.map(({ embedding: _, ...face }) => (command.keepLandmarks ? face : { ...face, landmarks: [] })),
    livenessModels: observed.livenessModels,
    ...(capture ? { capture: { ...capture, frames: observed.frames ?? null } } : {}),
  };
  const row = {
    companyId: caller.companyId,
    accountId: caller.accountId,
    contract,
    reference,
    channel,
    elapsedMs,
    outcome: verdict.accepted ? 'bona-fide' : attacks.has(verdict.findings[0]) ? 'attack' : 'refused',
    livenessScore: verdict.liveness ?? null,
    finding: verdict.findings[0] ?? null,
    policyVersion: capture ? `${verdict.policyVersion} ${capture.policy.version}` : verdict.policyVersion,
    detail,
    summary: command.summarize?.({ detail, reference, channel, elapsedMs }) ?? null,
  };
  const picture =
    kept && observation ? { bytes: kept, mediaType: `image/${observation.format}`, days: caller.scanPictureDays } : null;
  const { id, number, createdAt, pictureId } = await addScan({ db, now: store.now, masterKeys }, { ...row, picture });
  const scan: Scan = {
    ...row,
    id,
    number,
    createdAt,
    updatedAt: createdAt,
    createdBy: caller.accountId,
    updatedBy: caller.accountId,
    revision: 1,
    pictureId,
    personId: null,
  };
  return { verdict, policy, scan, capture, reason, format: observation?.format, imprint: observation?.imprint };
}
