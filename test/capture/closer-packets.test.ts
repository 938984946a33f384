import { test } from 'tap';
import { packetLimits } from '../../src/capture/packet/layout.js';
import { isPacketHeader } from '../../src/capture/packet/schema.js';
import { filmPortrait } from '../rendering/film-portrait.js';
import { type MadeCapture, makeCapture, renew, seal } from './made-capture.js';
import { startCapture } from './start-capture.js';

const demanding = JSON.stringify({ preset: 'regular', thresholds: {}, capture: { closer: 1 } });

/** A capture of a film's first frame, with the film as the frames in which the face comes closer. */
async function makeCloser(film: readonly Uint8Array[]): Promise<MadeCapture> {
  const made = await makeCapture({ kind: 'live', picture: Buffer.from(film[0]!) });
  const { photo } = made.header;
  const region = { x: 0, y: 0, width: photo.width, height: photo.height };
  const parts = film.map(({ length }, i) => ({
    kind: 'closer' as const,
    width: 480,
    height: 640,
    length,
    at: photo.at + 800 * i,
    region,
  }));
  return { ...made, header: { ...made.header, frames: [...made.header.frames, ...parts] }, frames: [...made.frames, ...film] };
}

test('packets of the closer mode', async (t) => {
  const { capture, caller, key } = await startCapture(t);
  /** @returns the findings, and the signal */
  const assess = async (made: MadeCapture, policy: string | null = null) => {
    const sent = { packet: await seal(renew(made), key) };
    const { verdict, capture: judgement } = await capture.assess({ caller: { ...caller, policy }, contract: 'test', sent });
    const suspected = judgement!.signals.filter((signal) => signal.suspicion > 0).map(({ name }) => name);
    return { findings: verdict.findings, suspected, ...judgement!.signals.find(({ name }) => name === 'perspective')! };
  };
  const head = await makeCloser(await filmPortrait());

  await t.test('a head is accepted, also where the policy demands depth', async (t) => {
    for (const policy of [null, demanding]) {
      const { findings, suspected, suspicion, evidence } = await assess(head, policy);
      t.notOk(findings.includes('injection'), String(findings));
      t.equal(suspicion, 0);
      t.notOk(suspected.includes('frame-timing'), 'the frames are later than the photo');
      t.match(evidence, { frames: 6, noStatement: 0 });
      t.ok(evidence.relief! > 0.65 && evidence.enlargement! > 1.4, JSON.stringify(evidence));
    }
  });

  await t.test('a photograph on a tablet that comes closer is refused by this signal alone', async (t) => {
    const tablet = await makeCloser(await filmPortrait({ presented: { kind: 'card', faceWidth: 12, bend: 0 }, yaw: 12 }));
    const { findings, suspicion, evidence } = await assess(tablet);
    t.equal(findings[0], 'injection');
    t.equal(suspicion, 1);
    t.ok(evidence.relief! < 0.2, JSON.stringify(evidence));
  });

  await t.test('frames in another order in the packet are taken in order of time', async (t) => {
    const { frames } = head.header;
    const order = frames.map((_, i) => i).reverse();
    const reversed = {
      ...head,
      header: { ...head.header, frames: order.map((i) => frames[i]!) },
      frames: order.map((i) => head.frames[i]!),
    };
    t.equal((await assess(reversed)).suspicion, 0);
  });

  await t.test('without a statement a packet passes, unless the policy demands one', async (t) => {
    const plain = await makeCapture({ kind: 'live' });
    t.match(await assess(plain), { findings: [], suspicion: 0, evidence: { frames: 0, required: 0 } });
    t.match(await assess(plain, demanding), { findings: ['capture-failed'], suspicion: 1, evidence: { frames: 0, required: 1 } });
    // forged times: the frames in reverse order
    const times = {
      ...head,
      header: {
        ...head.header,
        frames: head.header.frames.map((part) => (part.kind === 'closer' ? { ...part, at: 1e6 - part.at } : part)),
      },
    };
    t.match(await assess(times, demanding), { suspicion: 1, evidence: { noStatement: 3 } });
    const garbage = Buffer.from('no picture');
    const isCloser = head.header.frames.map(({ kind }) => kind === 'closer');
    const broken = {
      ...head,
      header: {
        ...head.header,
        frames: head.header.frames.map((part, i) => (isCloser[i] ? { ...part, length: garbage.length } : part)),
      },
      frames: head.frames.map((frame, i) => (isCloser[i] ? garbage : frame)),
    };
    t.match(await assess(broken), { suspicion: 0, evidence: { noStatement: 1 } });
  });

  await t.test('the number of frames is limited', (t) => {
    const closer = head.header.frames.find(({ kind }) => kind === 'closer')!;
    const withFrames = (count: number) => ({ ...head.header, frames: Array.from({ length: count }, () => closer) });
    t.ok(isPacketHeader(withFrames(packetLimits.closerFrames)));
    t.notOk(isPacketHeader(withFrames(packetLimits.closerFrames + 1)));
    t.end();
  });
});
