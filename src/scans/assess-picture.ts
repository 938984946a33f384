import type { Engine } from '../analysis/engine.js';
import type { Finding } from '../analysis/findings.js';
import type { FaceObservation, ImageObservation, SceneObservation, Subject } from '../analysis/observation.js';
import type { Policy, Thresholds } from '../analysis/policy.js';
import { judge, judgeUnobserved, refuseCapture, type Verdict } from '../analysis/verdict.js';
import { BusyError } from '../base/busy-error.js';
import type { Store } from '../storage/store.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { ownThresholds, policyOf } from './account-policy.js';
import type { CaptureJudgement } from './capture-judgement.js';
import { type FrameLiveness, observeFrames } from './observe-frames.js';
import type { Scan } from './scan.js';
import type { ScanSummary } from './scan-summary.js';
import { addScan } from './scans.js';

/** One picture that somebody wants judged. */
export interface PictureCommand {
  readonly caller: {
    readonly accountId: string;
    readonly companyId: string;
    readonly policy: string | null;
    /** days the picture is kept; 0: not at all */
    readonly scanPictureDays: number;
  };
  readonly contract: string;
  /** the file as sent; its memory is moved away. Or why there is none to look at, for the log: what was sent in its place is unreadable */
  readonly bytes: Uint8Array | { readonly unreadable: string };
  /** thresholds that the contract's clients expect, where they differ from the regular ones */
  readonly contractDefaults?: Partial<Thresholds>;
  /** the client's own words for finding the scan again */
  readonly reference?: string;
  readonly channel?: string;
  /** faces to look at closer (default 1, the subject) */
  readonly maxFaces?: number;
  /** store the 68 landmarks of each face, too (default not) */
  readonly keepLandmarks?: boolean;
  /** what the contract says of the analysis, for contracts whose scans are listed and corrected */
  readonly summarize?: (analysis: SummarizedAnalysis) => ScanSummary;
  /** compute what recognition compares, too: it comes with the verdict's face, and is not stored */
  readonly embedding?: boolean;
  /** whose face the picture is about (default the largest) */
  readonly subject?: Subject;
  /** changes the thresholds for this picture, for example one that need not be live; `own` are those that the account chose itself */
  readonly adjust?: (policy: Policy, own: Partial<Thresholds>) => Policy;
  /** further pictures of the same moment: the subject's liveness becomes the fusion of all in which one face is found */
  readonly furtherFrames?: readonly Uint8Array[];
  /** judges how the picture was taken; asked once the engine has looked */
  readonly judgeCapture?: () => Promise<CaptureJudgement>;
  /** aborted when the client has gone */
  readonly signal?: AbortSignal;
}

/** What is kept of an analysis beside the columns of its scan. */
export interface ScanDetail {
  readonly findings: readonly Finding[];
  readonly faceCount: number;
  /** the liveness score is near its threshold */
  readonly uncertain: boolean;
  /** by which it was judged, whole: presets may change */
  readonly policy: Policy;
  readonly scene: SceneObservation | null;
  /** how the picture, already upright by EXIF, was turned until its face stood upright; the coordinates are of the turned one */
  readonly turned?: 0 | 90 | 180 | 270;
  readonly width: number | null;
  readonly height: number | null;
  readonly faces: readonly FaceObservation[];
  /** the models behind the liveness scores and their weights */
  readonly livenessModels: string;
  /** of a capture packet: how it was taken, and the liveness of its frames */
  readonly capture?: CaptureJudgement & { readonly frames: FrameLiveness | null };
}

/** What a summary is made of. */
export interface SummarizedAnalysis {
  readonly detail: ScanDetail;
  readonly reference: string | null;
  readonly channel: string | null;
  readonly elapsedMs: number;
}

/** The judged and stored picture. */
export interface Assessment {
  readonly verdict: Verdict;
  /** by which it was judged */
  readonly policy: Policy;
  readonly scan: Scan;
  /** of a capture packet that could be opened */
  readonly capture: CaptureJudgement | undefined;
  /** why a picture was not readable, for the log; holds nothing of the picture */
  readonly reason: string | undefined;
  /** of the picture's file, for example `jpeg`; undefined when it was not readable */
  readonly format: string | undefined;
}

/** What assessing needs. */
export interface AssessingParts {
  readonly engine: Engine;
  readonly store: Store;
  /** seal pictures that are kept */
  readonly masterKeys: MasterKeys;
}

const attacks: ReadonlySet<Finding | undefined> = new Set(['attack', 'injection'] as const);
const faultFindings = { unreadable: 'image-unreadable', 'too-large': 'image-too-large', timeout: 'processing-failed' } as const;

/**
 * Looks at a picture, judges it and stores the scan: once this resolves, the scan is on the disk.
 * @throws BusyError when it was not looked at for want of a worker; WorkerFailedError when the engine failed
 */
export async function assessPicture({ engine, store, masterKeys }: AssessingParts, command: PictureCommand): Promise<Assessment> {
  const started = performance.now();
  const days = command.caller.scanPictureDays;
  // The bytes move to the worker: what is kept must be copied before.
  const kept = days > 0 && command.bytes instanceof Uint8Array ? Uint8Array.from(command.bytes) : undefined;
  const chosen = policyOf(command.caller.policy, { ...defaultsOf(engine), ...command.contractDefaults });
  const policy = command.adjust?.(chosen, ownThresholds(command.caller.policy)) ?? chosen;
  const { frames, reason, verdict: ofPicture, observation } = await look(engine, command, policy);
  const capture = await command.judgeCapture?.();
  const verdict = capture?.probability === 0 ? refuseCapture(ofPicture) : ofPicture;
  const { caller, contract, reference = null, channel = null } = command;
  const elapsedMs = Math.round((performance.now() - started) * 10) / 10;
  const detail: ScanDetail = {
    ...describe(verdict, policy, observation, command.keepLandmarks ?? false),
    livenessModels: engine.livenessModels,
    ...(capture ? { capture: { ...capture, frames: frames ?? null } } : {}),
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
  const picture = kept && observation ? { bytes: kept, mediaType: `image/${observation.format}`, days } : null;
  const { id, number, createdAt, pictureId } = await addScan({ db: store.db, masterKeys }, { ...row, picture });
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
  return { verdict, policy, scan, capture, reason, format: observation?.format };
}

/** A recognition model knows best from which cosine on two faces are one person's. */
const defaultsOf = ({ recognition }: Engine): Partial<Thresholds> =>
  recognition?.threshold === undefined ? {} : { match: recognition.threshold };

/** Observes the picture and, when there is a subject in it, the further frames; judges the picture with the liveness of all. */
async function look(engine: Engine, command: PictureCommand, policy: Policy) {
  const { observation, finding, reason } = await observe(engine, command);
  if (!observation)
    return { observation, reason, verdict: judgeUnobserved(finding ?? 'processing-failed', policy), frames: undefined };
  const verdict = judge(observation, policy);
  if (!verdict.face || !command.furtherFrames) return { observation, reason, verdict, frames: undefined };
  const frames = await observeFrames(verdict.face.liveness, command.furtherFrames, (bytes) =>
    observe(engine, { ...command, bytes, embedding: false }),
  );
  const [subject, ...others] = observation.faces;
  const fused = { ...observation, faces: [{ ...subject!, liveness: frames.fused }, ...others] };
  return { observation: fused, reason, verdict: judge(fused, policy), frames };
}

interface Observed {
  readonly observation?: ImageObservation;
  readonly finding?: Finding;
  readonly reason?: string;
}

async function observe(
  engine: Engine,
  { bytes, maxFaces, signal, embedding = false, subject = 'largest' }: PictureCommand,
): Promise<Observed> {
  if (!(bytes instanceof Uint8Array)) return { finding: 'image-unreadable', reason: bytes.unreadable };
  try {
    const outcome = await engine.analyze(bytes, maxFaces, signal, { embedding, subject });
    return 'observation' in outcome ? outcome : { finding: faultFindings[outcome.fault], reason: outcome.reason };
  } catch (error) {
    if (error instanceof BusyError && error.reason === 'slow') return { finding: 'processing-failed', reason: error.message };
    throw error;
  }
}

function describe(
  verdict: Verdict,
  policy: Policy,
  observation: ImageObservation | undefined,
  keepLandmarks: boolean,
): Omit<ScanDetail, 'livenessModels'> {
  const faces = observation?.faces.slice(0, verdict.faceCount) ?? [];
  return {
    findings: verdict.findings,
    faceCount: verdict.faceCount,
    uncertain: verdict.uncertain,
    policy,
    scene: observation?.scene ?? null,
    turned: observation?.turned ?? 0,
    width: observation?.width ?? null,
    height: observation?.height ?? null,
    // An embedding identifies a person: it never goes into a scan, whoever asked for it.
    faces: faces.map(({ embedding: _, ...face }) => (keepLandmarks ? face : { ...face, landmarks: [] })),
  };
}
