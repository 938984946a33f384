import type { AnalysisEngine } from '../analysis/engine.js';
import type { Finding } from '../analysis/findings.js';
import { angleLimitsOf } from '../analysis/mesh-pose.js';
import type { ImageObservation } from '../analysis/observation.js';
import type { Policy, Thresholds } from '../analysis/policy.js';
import { judge, judgeUnobserved, type Verdict } from '../analysis/verdict.js';
import { BusyError } from '../base/busy-error.js';
import { capturePolicyOf, ownThresholds, policyOf } from './account-policy.js';
import { type FrameLiveness, fuseFrames } from './frame-liveness.js';
import type { PictureCommand } from './picture-command.js';

/** A picture that the engine has analysed. Nothing is stored yet. */
export interface ObservedPicture {
  readonly command: PictureCommand;
  /** the policy that applies to this picture */
  readonly policy: Policy;
  /** on the picture and the frames before it alone: how the picture was taken is judged later */
  readonly verdict: Verdict;
  /** undefined if the picture was unreadable */
  readonly observation: ImageObservation | undefined;
  /** undefined if there was no sequence, or no face in the picture */
  readonly frames: FrameLiveness | undefined;
  /** the models behind the liveness scores and their weights */
  readonly livenessModels: string;
  /** why the picture was unreadable, for the log; contains nothing of the picture */
  readonly reason: string | undefined;
  /** a copy of the file, if the account keeps pictures of scans */
  readonly kept: Uint8Array | undefined;
  /** `performance.now()` when the observation began */
  readonly startedAt: number;
}

const faultFindings = { unreadable: 'image-unreadable', 'too-large': 'image-too-large', timeout: 'processing-failed' } as const;

/**
 * Analyses a picture, and the frames before it if there are any; judges the result by the account's policy.
 * @throws BusyError if no worker was free in time; WorkerFailedError if the engine failed
 */
export async function observePicture(engine: AnalysisEngine, command: PictureCommand): Promise<ObservedPicture> {
  const startedAt = performance.now();
  const { caller, bytes } = command;
  // The bytes move to the worker, so a copy to keep must be made first.
  const kept = caller.scanPictureDays > 0 && bytes instanceof Uint8Array ? Uint8Array.from(bytes) : undefined;
  const chosen = policyOf(caller.policy, { ...defaultsOf(engine), ...command.contractDefaults });
  const policy = command.adjust?.(chosen, ownThresholds(caller.policy)) ?? chosen;
  return { command, policy, kept, startedAt, livenessModels: engine.livenessModels, ...(await look(engine, command, policy)) };
}

/** Each recognition model has its own cosine threshold above which two faces match. */
const defaultsOf = ({ recognition }: AnalysisEngine): Partial<Thresholds> =>
  recognition?.threshold === undefined ? {} : { match: recognition.threshold };

/** The fused liveness of picture and frames replaces the picture's own. */
async function look(
  engine: AnalysisEngine,
  command: PictureCommand,
  policy: Policy,
): Promise<Pick<ObservedPicture, 'observation' | 'reason' | 'verdict' | 'frames'>> {
  const { observation, finding, reason } = await observe(engine, command, policy);
  if (!observation)
    return { observation, reason, verdict: judgeUnobserved(finding ?? 'processing-failed', policy), frames: undefined };
  const [subject, ...others] = observation.faces;
  if (!subject || !observation.sequence) return { observation, reason, verdict: judge(observation, policy), frames: undefined };
  const frames = fuseFrames(subject.liveness, observation.sequence, capturePolicyOf(command.caller.policy).motion === 1);
  const fused = { ...observation, faces: [{ ...subject, liveness: frames.fused }, ...others] };
  return { observation: fused, reason, verdict: judge(fused, policy), frames };
}

interface Observed {
  readonly observation?: ImageObservation;
  readonly finding?: Finding;
  readonly reason?: string;
}

async function observe(
  engine: AnalysisEngine,
  {
    caller,
    bytes,
    sequence,
    maxFaces,
    signal,
    embedding = false,
    subject = 'largest',
    imprint = false,
    angleLimit,
  }: PictureCommand,
  policy: Policy,
): Promise<Observed> {
  if (!(bytes instanceof Uint8Array)) return { finding: 'image-unreadable', reason: bytes.unreadable };
  try {
    const outcome = await engine.analyze({
      bytes,
      embedding,
      subject,
      angleLimits: angleLimitsOf([policy], angleLimit),
      livenessDecides: policy.liveness > 0,
      ...(imprint ? { imprint } : {}),
      ...(sequence ? { sequence } : {}),
      owner: caller.accountId,
      ...(maxFaces === undefined ? {} : { maxFaces }),
      ...(signal ? { signal } : {}),
    });
    return 'observation' in outcome ? outcome : { finding: faultFindings[outcome.fault], reason: outcome.reason };
  } catch (error) {
    if (error instanceof BusyError && error.reason === 'slow') return { finding: 'processing-failed', reason: error.message };
    throw error;
  }
}
