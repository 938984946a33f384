import { randomUUID } from 'node:crypto';
import { regularPolicy } from '../../src/analysis/policy.js';
import { summarize } from '../../src/contracts/dms/render.js';
import type { ScanDetail } from '../../src/scans/scan-detail.js';
import { toColumns } from '../../src/scans/scan-summary.js';

const results = ['Real', 'Real', 'Real', 'Spoof', 'No face'];
/** A result that three scans of a database have. */
export const rareResult = 'Multiple face';
const channels = ['WEB', 'MOBILE', 'OTHER'];
const number = (from: number, to: number): number => from + Math.random() * (to - from);
const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)]!;

/** What is stored of a picture with one face, in size and shape: numbers with all their digits, 68 landmarks. */
function makeDetail(): ScanDetail {
  const face = {
    box: { x1: number(100, 300), y1: number(100, 300), x2: number(500, 700), y2: number(500, 800) },
    detectionScore: number(0.5, 1),
    landmarks: Array.from({ length: 68 }, () => ({ x: number(100, 700), y: number(100, 800) })),
    eyeDistance: number(60, 240),
    pose: { yaw: number(-20, 20), roll: number(-20, 20), pitch: number(-20, 20) },
    leftEyeClosed: Math.random(),
    rightEyeClosed: Math.random(),
    mouthOpened: Math.random(),
    luminance: number(0, 255),
    burntOut: Math.random(),
    contrast: number(20, 80),
    sharpness: number(0, 2),
    visibleFraction: 1,
    occlusion: Math.random(),
    occlusionSignals: {
      mouthColour: number(0, 40),
      eyeDarkness: Math.random(),
      eyeAsymmetry: Math.random(),
      eyeColour: number(0, 20),
      eyesUnseen: Math.random(),
      landmarkDisagreement: Math.random(),
      meshLogit: number(0, 20),
    },
    quality: Math.random(),
    judgeability: 1,
    photographic: 1,
    photographSignals: { skinRed: 20, polarity: 1 },
    liveness: Number(Math.random().toFixed(7)),
    livenessSignals: { network: 3, periodicity: 2, straightEdges: 1 },
    livenessScores: { shipped: 0.9 },
    livenessViews: 3,
  };
  return {
    findings: [],
    faceCount: 1,
    livenessModels: 'shipped',
    uncertain: false,
    policy: regularPolicy,
    scene: null,
    width: 1000,
    height: 1000,
    faces: [face],
  };
}

/** The owner of the scans. */
export interface FilledOwner {
  readonly companyId: string;
  readonly accountId: string;
}

/** Columns by which both the first release and later ones know these tables. */
const split = (names: string): string[] => names.split(' ');
export const scanColumns = split(
  'number id company_id account_id contract reference channel created_at updated_at created_by updated_by elapsed_ms outcome liveness_score finding policy_version detail',
);
export const summaryColumns = split(
  'number owner id created_at updated_at created_by updated_by revision elapsed_time channel reference result liveness_score eye_closed mouth_opened boundary_face not_front occluded small quality luminance',
);
export const COUNT_ALL =
  "insert into scan_counts select owner, result, coalesce(channel, ''), count(*) from scan_summaries group by 1, 2, 3";

/**
 * The n-th scan, made at `at`, of owner 1: values of `scanColumns` and `summaryColumns`.
 * @param isRare whether its result is {@link rareResult}
 */
export function makeScan({ companyId, accountId: by }: FilledOwner, n: number, at: number, isRare = false) {
  const detail = makeDetail();
  const elapsedMs = number(20, 80);
  const reference = `order ${Math.floor(n / 3)}`;
  const summary = {
    ...summarize({ detail, reference, channel: pick(channels), elapsedMs }),
    result: isRare ? rareResult : pick(results),
  };
  const columns = toColumns(summary);
  const id = randomUUID();
  return {
    scan: [
      ...[n, id, companyId, by, 'dms', reference, columns.channel, at, at, by, by, elapsedMs],
      ...['bona-fide', summary.livenessScore, null, '1', JSON.stringify(detail)],
    ],
    summary: [
      ...[n, 1, id, at, at, by, by, 1, columns.elapsedTime, columns.channel, columns.reference, columns.result],
      ...[columns.livenessScore, columns.eyeClosed, columns.mouthOpened, columns.boundaryFace, columns.notFront],
      ...[columns.occluded, columns.small, columns.quality, columns.luminance],
    ],
  };
}
