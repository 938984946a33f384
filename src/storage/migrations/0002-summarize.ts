/** A scan of 0001, limited to what its summary depends on. */
interface ScanOf0001 {
  readonly elapsedMs: number;
  readonly reference: string | null;
  readonly channel: string | null;
  readonly detail: string;
}

interface DetailOf0001 {
  readonly findings: readonly string[];
  readonly faceCount: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly faces: readonly FaceOf0001[];
}

interface FaceOf0001 {
  readonly box: Record<'x1' | 'y1' | 'x2' | 'y2', number>;
  readonly pose: Record<'yaw' | 'roll' | 'pitch', number>;
  readonly occlusion: number;
  readonly leftEyeClosed: number;
  readonly rightEyeClosed: number;
  readonly mouthOpened: number;
  readonly eyeDistance: number;
  readonly quality: number;
  readonly luminance: number;
  readonly liveness: number;
}

const results: Readonly<Record<string, string>> = {
  'image-unreadable': 'Failed to open file',
  'image-too-large': 'Failed to open file',
  'processing-failed': 'Failed to open file',
  'face-not-found': 'No face',
  'too-many-faces': 'Multiple face',
};

/**
 * What contract C showed of a scan in the release of 0001. This is a deliberate copy of that release's rules: a migration must
 * not change when the rules do.
 */
export function summarizeAs0002({ elapsedMs, reference, channel, detail: text }: ScanOf0001) {
  const detail = JSON.parse(text) as DetailOf0001;
  const face = detail.faceCount === 1 ? detail.faces[0] : undefined;
  const states = face && detail.width !== null && detail.height !== null ? rate(face, detail.width, detail.height) : noStates;
  const score = face?.liveness ?? null;
  const failed = detail.findings.map((finding) => results[finding]).find((result) => result !== undefined);
  return {
    elapsedTime: Number((elapsedMs / 1000).toFixed(4)),
    reference,
    channel,
    result: failed ?? (score !== null && score > 0.7 ? 'Real' : 'Spoof'),
    livenessScore: score,
    ...states,
  };
}

const noStates = {
  notFront: null,
  occluded: null,
  eyeClosed: null,
  mouthOpened: null,
  boundaryFace: null,
  small: null,
  quality: null,
  luminance: null,
};

function rate(face: FaceOf0001, width: number, height: number) {
  const { box, pose } = face;
  const margin = Math.min(box.x1 / width, box.y1 / height, 1 - box.x2 / width, 1 - box.y2 / height);
  return {
    notFront: Number([pose.yaw, pose.roll, pose.pitch].some((angle) => Math.abs(angle) >= 10)),
    occluded: Number(face.occlusion > 0.9),
    eyeClosed: Number(face.leftEyeClosed > 0.8 || face.rightEyeClosed > 0.8),
    mouthOpened: Number(face.mouthOpened > 0.5),
    boundaryFace: Number(margin < 0.05),
    small: Number(face.eyeDistance < 100),
    quality: face.quality < 0.3 ? 'Low' : face.quality < 0.7 ? 'Medium' : 'High',
    luminance: face.luminance < 50 ? 'Dark' : face.luminance < 200 ? 'Normal' : 'Light',
  };
}
