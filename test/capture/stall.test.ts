import { test } from 'tap';
import { resolveCapturePolicy } from '../../src/analysis/capture-policy.js';
import { judgeCapture } from '../../src/capture/injection.js';
import { readEvidence } from '../../src/capture/read-evidence.js';
import type { CaptureJudgement } from '../../src/scans/capture-judgement.js';
import { hash, type MadeCapture, makeCapture } from './made-capture.js';
import { stall } from './stalled-capture.js';

const live = await makeCapture({ kind: 'live' });
const still = await makeCapture({ kind: 'still' });

async function judge(capture: MadeCapture, isNonceNew = true): Promise<CaptureJudgement> {
  const isHashRight = hash(capture.photo) === capture.header.photo.sha256;
  const arrival = {
    selfie: undefined,
    isNonceNew,
    maxAgeMs: 300_000,
    maxPixels: 50_000_000,
    perspective: undefined,
    mustComeCloser: false,
  };
  const evidence = await readEvidence({ ...capture, isHashRight }, { ...arrival, receivedAt: capture.header.createdAt });
  return judgeCapture(evidence, resolveCapturePolicy());
}
const timingOf = ({ signals }: CaptureJudgement) => signals.find(({ name }) => name === 'frame-timing')!.evidence;

test('a camera that stalled is a failed capture, and is not accepted', async (t) => {
  for (const [what, capture] of [
    ['two frames per second', stall(live, { frames: 5 })],
    ['one frame, then nothing', stall(live, { frames: 1, before: 2400 })],
    ['some frames, then nothing', stall(live, { frames: 4, every: 33, before: 2300 })],
    ['a frame that is presented again and again', stall(live, { frames: 1, isRepeated: true })],
    ['some frames, of which the last is presented again', stall(live, { frames: 3, isRepeated: true })],
  ] as const) {
    const judgement = await judge(capture);
    t.match(judgement, { probability: 0, finding: 'capture-failed' }, what);
    t.ok(judgement.score < 0, what);
  }
  t.match(timingOf(await judge(stall(live, { frames: 4, every: 33, before: 2300 }))), { newFrames: 4, longestGapMs: 2300 });
});

test('a slow camera that delivers enough is accepted', async (t) => {
  const { finding, probability } = await judge(stall(live, { frames: 8, every: 400 }));
  t.same({ finding, probability }, { finding: undefined, probability: 1 });
});

test('a forgery is an attack, with or without a stall', async (t) => {
  const changed = (capture: MadeCapture, changes: Partial<MadeCapture['header']>): MadeCapture => ({
    ...capture,
    header: { ...capture.header, ...changes },
  });
  const stalled = stall(live, { frames: 4 });
  const { timing, camera, page } = stalled.header;
  const ofLive = live.header.frames.map(({ kind }, i) => kind === 'jpeg' || i > live.header.frames.length - 7);
  for (const [what, capture, isNonceNew] of [
    ['a still picture as a live stream', still],
    ['a still picture as a slow stream', stall(still, { frames: 4 })],
    ['a still picture and a gap before the capture', stall(still, { frames: 14, every: 33, before: 2000 })],
    ['a virtual camera', changed(stalled, { camera: { ...camera, label: 'OBS Virtual Camera' } })],
    ['automation', changed(stalled, { page: { ...page, webdriver: true } })],
    ['seen before', stalled, false],
    ['times out of order', changed(stalled, { timing: { ...timing, frameTimes: [...timing.frameTimes].reverse() } })],
    ['no times', changed(stalled, { timing: { ...timing, frameTimes: [], mediaTimes: [] } })],
    ['no clock', changed(stalled, { timing: { ...timing, frameClock: 'none', frameTimes: [], mediaTimes: [] } })],
    [
      'frames left out, though the times are those of a running camera',
      {
        ...changed(live, { frames: live.header.frames.filter((_, i) => ofLive[i]) }),
        frames: live.frames.filter((_, i) => ofLive[i]),
      },
    ],
  ] as const satisfies readonly (readonly [string, MadeCapture, boolean?])[])
    t.match(await judge(capture, isNonceNew), { probability: 0, finding: 'injection' }, what);
});
