import sharp from 'sharp';
import { test } from 'tap';
import { type CaptureSignalName, captureSignalNames, resolveCapturePolicy } from '../../../src/analysis/capture-policy.js';
import { judgeCapture } from '../../../src/capture/injection.js';
import type { PacketHeader } from '../../../src/capture/packet/layout.js';
import { type Arrival, readEvidence } from '../../../src/capture/read-evidence.js';
import type { CaptureJudgement } from '../../../src/scans/capture-judgement.js';
import { selfie } from '../../fixtures/pictures.js';
import { hash, type MadeCapture, makeCapture } from '../made-capture.js';

const policy = resolveCapturePolicy();
const arrival: Omit<Arrival, 'receivedAt'> = {
  ...{ selfie: undefined, isNonceNew: true, maxAgeMs: 300_000, maxPixels: 50_000_000 },
  ...{ perspective: undefined, mustComeCloser: false },
};

/** The capture that most tests modify, created once. */
const live = await makeCapture({ kind: 'live' });

async function judge(capture: MadeCapture, how: Partial<Arrival> = {}): Promise<CaptureJudgement> {
  const isHashRight = hash(capture.photo) === capture.header.photo.sha256;
  const evidence = await readEvidence({ ...capture, isHashRight }, { ...arrival, receivedAt: capture.header.createdAt, ...how });
  return judgeCapture(evidence, policy);
}

const suspicion = ({ signals }: CaptureJudgement, name: CaptureSignalName): number =>
  signals.find((signal) => signal.name === name)!.suspicion;
const suspected = (judgement: CaptureJudgement): string[] =>
  judgement.signals.filter((signal) => signal.suspicion > 0).map(({ name }) => name);

/** A capture with another header and, where its bytes change, lengths and hash to match. */
const withHeader = (capture: MadeCapture, change: (header: PacketHeader) => Partial<PacketHeader>): MadeCapture => ({
  ...capture,
  header: { ...capture.header, ...change(capture.header) },
});
const withPhoto = (capture: MadeCapture, photo: Uint8Array): MadeCapture => ({
  ...withHeader(capture, ({ photo: told }) => ({ photo: { ...told, length: photo.length, sha256: hash(photo) } })),
  photo,
});

test('an honest capture, in sensors of several qualities and from several seeds', async (t) => {
  for (const [sigma, seed] of [
    [0.6, 1],
    [1, 2],
    [2, 3],
    [4, 4],
  ] as const) {
    const judgement = await judge(await makeCapture({ kind: 'live', sigma, seed }));
    t.same(suspected(judgement), [], `σ ${sigma}, seed ${seed}`);
    t.match(judgement, { score: 1.1, probability: 1 });
    t.same(
      judgement.signals.map(({ name }) => name),
      captureSignalNames,
    );
  }
});

test('movement and noise unlike a camera’s are refused by the frames alone', async (t) => {
  for (const [kind, seed] of [
    ['still', 1],
    ['noisy-still', 1],
    ['noisy-still', 2],
    ['loop', 1],
    ['loop', 2],
  ] as const) {
    const judgement = await judge(await makeCapture({ kind, seed }));
    t.equal(judgement.probability, 0, kind);
    t.ok(suspicion(judgement, 'frame-motion') > 0.7, kind);
    t.ok(
      suspected(judgement).every((name) => ['frame-motion', 'sensor-noise'].includes(name)),
      `${kind}: ${suspected(judgement)}`,
    );
    if (kind === 'still') t.equal(suspicion(judgement, 'sensor-noise'), 1);
  }
  t.ok(suspicion(await judge(await makeCapture({ kind: 'smooth' })), 'sensor-noise') > 0.2, 'rendered, without noise');
});

test('one fault at a time: only its own signal responds', async (t) => {
  const capture = live;
  const { header } = capture;
  const camera = (changes: Partial<PacketHeader['camera']>) =>
    withHeader(capture, (h) => ({ camera: { ...h.camera, ...changes } }));
  const page = (changes: Partial<PacketHeader['page']>) => withHeader(capture, (h) => ({ page: { ...h.page, ...changes } }));
  const timing = (changes: Partial<PacketHeader['timing']>) =>
    withHeader(capture, (h) => ({ timing: { ...h.timing, ...changes } }));
  const photo = sharp(capture.photo);
  const settings = header.camera.settings;
  const wrong: [string, CaptureSignalName, MadeCapture, Partial<Arrival>?][] = [
    ['stale', 'freshness', capture, { receivedAt: header.createdAt + 300_001 }],
    ['from the future', 'freshness', capture, { receivedAt: header.createdAt - 60_001 }],
    ['seen before', 'replay', capture, { isNonceNew: false }],
    ['another selfie', 'integrity', capture, { selfie: await selfie('other') }],
    ['no closer frames, though the policy demands them', 'perspective', capture, { mustComeCloser: true }],
    ['webdriver', 'automation', page({ webdriver: true })],
    ['traces of automation', 'automation', page({ automation: ['cdc_'] })],
    ['headless', 'automation', page({ userAgent: 'Mozilla/5.0 HeadlessChrome/156.0' })],
    ['timer', 'frame-timing', timing({ frameTimes: header.timing.frameTimes.map((_, i) => 1500 + Math.round(i * 333.33) / 10) })],
    ['backwards', 'frame-timing', timing({ frameTimes: [...header.timing.frameTimes].reverse() })],
    ['faster than declared', 'frame-timing', camera({ settings: { ...settings, frameRate: 10 } })],
    ['no times, though there is a clock', 'frame-timing', timing({ frameTimes: [] })],
    ['the track is smaller', 'resolution', camera({ settings: { ...settings, width: 360, height: 480 } })],
    ['the track has another shape', 'resolution', camera({ settings: { ...settings, width: 1920, height: 1080 } })],
    [
      'EXIF of a camera',
      'encoding',
      withPhoto(
        capture,
        await photo
          .clone()
          .withExif({ IFD0: { Make: 'Canon' } })
          .jpeg({ quality: 92 })
          .toBuffer(),
      ),
    ],
    ['progressive', 'encoding', withPhoto(capture, await photo.clone().jpeg({ quality: 92, progressive: true }).toBuffer())],
    ['other tables', 'encoding', withPhoto(capture, await photo.clone().jpeg({ quality: 92, quantisationTable: 3 }).toBuffer())],
    ['something behind the end', 'encoding', withPhoto(capture, Buffer.concat([capture.photo, Buffer.from('PK')]))],
    ['hidden page', 'page', page({ visibility: 'hidden' })],
    ['insecure page', 'page', page({ isSecureContext: false })],
    ['embedded page', 'page', page({ embedded: true })],
  ];
  for (const [what, name, changed, how] of wrong) t.same(suspected(await judge(changed, how)), [name], what);
  const swapped = await sharp(await selfie('other'))
    .jpeg({ quality: 92 })
    .toBuffer();
  t.same(suspected(await judge(withPhoto(capture, swapped))), ['scene'], 'another photo with a matching hash');
  t.same(suspected(await judge({ ...capture, photo: swapped })), ['integrity', 'scene'], 'another photo');
  const foreign = await makeCapture({ kind: 'live', picture: await selfie('other') });
  const crops = foreign.frames.map((frame, i) => (header.frames[i]!.region.width === 96 ? frame : capture.frames[i]!));
  t.ok(suspected(await judge({ ...capture, frames: crops })).includes('scene'), 'crops of another stream');
  t.same(suspected(await judge(capture, { selfie: capture.photo })), [], 'the photo itself beside the packet');
});

test('virtual cameras are recognised by name; real ones are not suspected', async (t) => {
  const evidence = await readEvidence({ ...live, isHashRight: true }, { ...arrival, receivedAt: live.header.createdAt });
  const withCamera = (changes: Partial<PacketHeader['camera']>): CaptureJudgement =>
    judgeCapture({ ...evidence, header: { ...live.header, camera: { ...live.header.camera, ...changes } } }, policy);
  const of = (label: string): number => suspicion(withCamera({ label }), 'camera-label');
  for (const label of [
    'fake_device_0',
    '/tmp/faces/still.y4m',
    'C:\\videos\\face.mjpeg',
    'OBS Virtual Camera',
    'OBS-Camera',
    'ManyCam Virtual Webcam',
    'Snap Camera',
    'XSplit VCam',
    'DroidCam Source 3',
    'Dummy video device (0x0000)',
    'v4l2loopback',
    'Virtual Camera',
    'Iriun Webcam',
    'Camera (NVIDIA Broadcast)',
  ])
    t.equal(of(label), 1, label);
  for (const label of [
    'Integrated Camera (04f2:b6be)',
    'FaceTime HD Camera (Built-in) (05ac:8514)',
    'HD Pro Webcam C920 (046d:082d)',
    'Logitech BRIO',
    'camera2 1, facing front',
    'Front Camera',
    'USB2.0 HD UVC WebCam',
    'Surface Camera Front',
    'Cámara frontal',
  ])
    t.equal(of(label), 0, label);
  t.equal(of(''), 0.3);
  t.same(
    suspected(withCamera({ otherLabels: ['OBS Virtual Camera'] })),
    [],
    'a virtual camera next to the one in use is not suspicious',
  );
});

test('frames left out are suspicious', async (t) => {
  const capture = live;
  const without = (kept: (kind: string) => boolean): MadeCapture => ({
    ...withHeader(capture, (h) => ({ frames: h.frames.filter(({ kind }) => kept(kind)) })),
    frames: capture.frames.filter((_, i) => kept(capture.header.frames[i]!.kind)),
  });
  t.same(suspected(await judge(without(() => false))), ['frame-motion', 'sensor-noise', 'scene']);
  t.same(suspected(await judge(without((kind) => kind === 'jpeg'))), ['frame-motion', 'sensor-noise', 'scene']);
  t.same(suspected(await judge(without((kind) => kind === 'luma'))), ['scene']);
  t.equal((await judge(without(() => false))).probability, 0);
});

test('weights and threshold come from the policy', async (t) => {
  const capture = live;
  const fake = withHeader(capture, (h) => ({
    camera: { ...h.camera, label: 'fake_device_0' },
    page: { ...h.page, webdriver: true },
  }));
  const evidence = await readEvidence({ ...fake, isHashRight: true }, { ...arrival, receivedAt: fake.header.createdAt });
  t.match(judgeCapture(evidence, resolveCapturePolicy()), { score: -2.2, probability: 0, policy: { version: 'capture-3' } });
  const allowing = resolveCapturePolicy({ weights: { 'camera-label': 0, automation: 0 } });
  t.match(judgeCapture(evidence, allowing), { score: 1.1, probability: 1 });
  t.equal(allowing.version, 'capture-3+camera-label=0+automation=0');
  t.match(judgeCapture(evidence, resolveCapturePolicy({ threshold: -2.2 })), { probability: 1 });
  t.match(judgeCapture(evidence, resolveCapturePolicy({ threshold: -1.99 })), { probability: 0 });
});
