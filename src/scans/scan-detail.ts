import type { Finding } from '../analysis/findings.js';
import type { FaceObservation, SceneObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import type { CaptureJudgement } from './capture-judgement.js';
import type { FrameLiveness } from './frame-liveness.js';

/** What is stored of an analysis in addition to the scan's columns. */
export interface ScanDetail {
  readonly findings: readonly Finding[];
  readonly faceCount: number;
  /** the liveness score is near its threshold */
  readonly uncertain: boolean;
  /** the complete policy that was applied, because presets may change later */
  readonly policy: Policy;
  readonly scene: SceneObservation | null;
  /**
   * how the picture, already upright by EXIF, was turned until its face was upright; the coordinates are those of the turned
   * picture
   */
  readonly turned?: 0 | 90 | 180 | 270;
  readonly width: number | null;
  readonly height: number | null;
  readonly faces: readonly FaceObservation[];
  /** the models behind the liveness scores and their weights */
  readonly livenessModels: string;
  /** of a capture packet: how the picture was taken, and the liveness of its frames */
  readonly capture?: CaptureJudgement & { readonly frames: FrameLiveness | null };
}

/** What a summary is derived from. */
export interface SummarizedAnalysis {
  readonly detail: ScanDetail;
  readonly reference: string | null;
  readonly channel: string | null;
  readonly elapsedMs: number;
}
