import fc from 'fast-check';
import t from 'tap';
import { type CaptureSignalName, captureSignalNames, resolveCapturePolicy } from '../../src/analysis/capture-policy.js';
import { findings } from '../../src/analysis/findings.js';
import type { FaceObservation, FaceOutline, ImageObservation } from '../../src/analysis/observation.js';
import { type Policy, presetNames, resolvePolicy, type Thresholds, thresholdNames } from '../../src/analysis/policy.js';
import { judge, judgeUnobserved, refuseCapture, type Verdict } from '../../src/analysis/verdict.js';
import { judgeSignals } from '../../src/capture/injection.js';
import { explainScan } from '../../src/scans/explain-scan.js';
import type { Scan } from '../../src/scans/scan.js';
import type { ScanDetail } from '../../src/scans/scan-detail.js';
import { goodFace, picture } from '../analysis/good-picture.js';

/** A scan as it comes back from the database: its detail went through JSON. */
function storedScan(verdict: Verdict, image: ImageObservation | undefined, policy: Policy, more: Partial<ScanDetail> = {}): Scan {
  const detail: ScanDetail = {
    findings: verdict.findings,
    faceCount: verdict.faceCount,
    uncertain: verdict.uncertain,
    policy,
    scene: image?.scene ?? null,
    width: image?.width ?? null,
    height: image?.height ?? null,
    faces: image?.faces.slice(0, verdict.faceCount) ?? [],
    livenessModels: 'shipped',
    ...more,
  };
  return {
    id: 'a',
    number: 1,
    contract: 'face-liveness-1',
    createdAt: 0,
    outcome: verdict.accepted ? 'bona-fide' : 'refused',
    policyVersion: verdict.policyVersion,
    livenessScore: verdict.liveness ?? null,
    detail: JSON.parse(JSON.stringify(detail)),
  } as Scan;
}

/** The findings of the failed checks that the explanation lists, in order of precedence. */
function failedIn(scan: Scan): string[] {
  const failed = new Set<string>(explainScan(scan).checks.flatMap(({ passed, finding }) => (passed ? [] : [finding])));
  return findings.filter((finding) => failed.has(finding));
}

const upTo = (max: number, min = 0) => fc.double({ min, max, noNaN: true });
const box = fc
  .tuple(upTo(700, -50), upTo(900, -50), upTo(900, 1), upTo(900, 1))
  .map(([x1, y1, width, height]) => ({ x1, y1, x2: x1 + width, y2: y1 + height }));
const face: fc.Arbitrary<FaceObservation> = fc
  .record({
    box,
    eyeDistance: upTo(300),
    pose: fc.record({ yaw: upTo(99, -99), pitch: upTo(99, -99), roll: upTo(180, -180) }),
    luminance: upTo(255),
    visibleFraction: upTo(1),
    occlusion: upTo(1),
    occlusionSignals: fc
      .record({ mouthColour: upTo(60), landmarkDisagreement: upTo(1) })
      .map((signals) => ({ ...goodFace.occlusionSignals, ...signals })),
    quality: upTo(1),
    liveness: upTo(1),
  })
  // Half of the faces have few faults, so that every finding is also met alone.
  .chain((measured) =>
    fc.subarray(Object.keys(measured) as (keyof typeof measured)[]).map((kept) => ({
      ...goodFace,
      ...Object.fromEntries(kept.map((name) => [name, measured[name]])),
    })),
  );
const outline: fc.Arbitrary<FaceOutline> = fc.record({ box, detectionScore: upTo(1) });
const image: fc.Arbitrary<ImageObservation> = fc
  .record({
    subject: fc.constantFrom('largest' as const, 'prominent' as const),
    width: fc.integer({ min: 50, max: 2000 }),
    height: fc.integer({ min: 50, max: 2000 }),
    faces: fc.array(face, { maxLength: 1 }),
    others: fc.array(outline, { maxLength: 2 }),
    scene: fc.record({ luminance: upTo(255), detail: upTo(0.01) }),
  })
  .map(({ faces, others, scene, ...size }) => ({
    ...picture(),
    ...size,
    faces,
    outlines: faces.length === 0 ? [] : [...faces, ...others],
    ...(faces.length === 0 ? { scene } : {}),
  }));
const largest: Partial<Thresholds> = { eyeDistance: 300, yaw: 90, pitch: 90, roll: 180, darkest: 255, brightest: 255 };
const thresholds: fc.Arbitrary<Partial<Thresholds>> = fc
  .record(Object.fromEntries(thresholdNames.map((name) => [name, upTo(largest[name] ?? 1)])), { requiredKeys: [] })
  .map((chosen) => chosen as Partial<Thresholds>);
const policy = fc
  .tuple(fc.constantFrom(...presetNames), fc.option(thresholds, { nil: {} }))
  .map(([preset, chosen]) => resolvePolicy({ preset, thresholds: chosen }));
const capture = fc
  .tuple(
    fc.record(Object.fromEntries(captureSignalNames.map((name) => [name, fc.constantFrom(0, 0, 0, 0.1, 0.5, 1)]))),
    fc.constantFrom(0, 0.2, 0.5, 1),
    fc.boolean(),
  )
  .map(([suspicions, threshold, isStalled]) =>
    judgeSignals(
      (name: CaptureSignalName) => ({ suspicion: suspicions[name]!, ifStalled: 0, evidence: {} }),
      resolveCapturePolicy({ threshold }),
      isStalled,
    ),
  );

t.test('for any observation and policy, the findings are those of the failed checks', async (t) => {
  const met = new Set<string>();
  fc.assert(
    fc.property(image, policy, fc.option(capture, { nil: undefined }), (observed, chosen, captured) => {
      const judged = judge(observed, chosen);
      const verdict = captured?.finding ? refuseCapture(judged, captured.finding) : judged;
      for (const finding of verdict.findings) met.add(finding);
      const more = captured ? { capture: { ...captured, frames: null } } : {};
      const failed = failedIn(storedScan(verdict, observed, chosen, more));
      return JSON.stringify(failed) === JSON.stringify(verdict.findings) && verdict.accepted === (failed.length === 0);
    }),
    { numRuns: 3000, seed: 20261125 },
  );
  const ofPictures = findings.filter(
    (finding) => !['image-unreadable', 'image-too-large', 'processing-failed'].includes(finding),
  );
  t.same([...met].sort(), [...ofPictures].sort(), 'every finding was among them');
});

t.test('a covered mouth explains the disagreement of the landmark models', async (t) => {
  const masked = picture({
    occlusion: 0.97,
    occlusionSignals: { ...goodFace.occlusionSignals, landmarkDisagreement: 0.5, mouthColour: 31 },
  });
  const chosen = resolvePolicy();
  const verdict = judge(masked, chosen);
  t.same(verdict.findings, ['face-occluded']);
  const scan = storedScan(verdict, masked, chosen);
  t.same(failedIn(scan), ['face-occluded']);
  const landmarks = explainScan(scan).checks.find(({ finding }) => finding === 'landmarks-unreliable');
  t.match(landmarks, { value: 0.5, threshold: 0.35, when: 'the mouth is not covered', applies: false, passed: true });
});

t.test('no face, several faces, an untrusted capture and an unreadable file', async (t) => {
  const chosen = resolvePolicy();
  const empty = { ...picture(), outlines: [], faces: [], scene: { luminance: 20, detail: 0.1 } };
  const dark = storedScan(judge(empty, chosen), empty, chosen);
  t.same(failedIn(dark), ['scene-not-visible', 'face-not-found']);
  t.match(
    explainScan(dark).checks.find(({ passed }) => !passed),
    { measure: 'mean luma of the picture, 0..255', value: 20, threshold: 30 },
  );
  const two = picture({}, [{ box: goodFace.box, detectionScore: 1 }]);
  t.match(
    explainScan(storedScan(judge(two, chosen), two, chosen)).checks.filter(({ passed }) => !passed),
    [{ finding: 'too-many-faces', value: 2, bound: 'at most', threshold: 1 }],
  );
  const capture = { score: -0.5, probability: 0 as const, signals: [], policy: resolveCapturePolicy(), frames: null };
  const injected = storedScan(refuseCapture(judge(picture(), chosen), 'injection'), picture(), chosen, { capture });
  t.same(failedIn(injected), ['injection'], 'as in scans of former versions, which store no finding of the capture');
  t.same(explainScan(storedScan(judgeUnobserved('image-unreadable', chosen), undefined, chosen)).checks, []);
});

t.test('a scan is explained by the measurements and thresholds of the time when it was stored', async (t) => {
  const { relativeSize: _, ...former } = resolvePolicy();
  const small = picture({ box: { x1: 300, y1: 300, x2: 400, y2: 440 }, eyeDistance: 60 });
  const { visibleFraction: __, ...unseen } = small.faces[0]!;
  const verdict = { ...judge(small, { ...former, relativeHeight: 0.1, relativeSize: 0.1 } as Policy) };
  t.same(verdict.findings, []);
  const scan = storedScan(verdict, { ...small, faces: [unseen as FaceObservation] }, {
    ...former,
    relativeHeight: 0.1,
  } as Policy);
  t.same(failedIn(scan), [], 'a threshold that did not exist is not applied');
  const measures = explainScan(scan).checks.map(({ measure }) => measure);
  t.notOk(measures.includes('face height over the mean of the picture’s sides'));
  t.notOk(measures.includes('part of the face within the picture'), 'nor a measurement that was not made');
  t.ok(measures.includes('liveness score, 0..1'));
});

t.test('a bound that belongs to a check is the one of the time when the scan was stored', async (t) => {
  const mouthColour = 25;
  const observed = picture({ occlusionSignals: { ...goodFace.occlusionSignals, landmarkDisagreement: 0.5, mouthColour } });
  const current = resolvePolicy();
  t.equal(current.coveredMouthColour, 20, 'it is stored with the policy');
  const later: Policy = { ...current, coveredMouthColour: 30 };
  t.same(judge(observed, later).findings, ['landmarks-unreliable']);
  t.same(failedIn(storedScan(judge(observed, later), observed, later)), ['landmarks-unreliable']);
  const { coveredMouthColour: _, ...former } = current;
  t.same(failedIn(storedScan(judge(observed, current), observed, former)), [], 'scans without the bound were judged with 20');
});
