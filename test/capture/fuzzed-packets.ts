import fc from 'fast-check';
import sharp from 'sharp';
import { resolveCapturePolicy } from '../../src/analysis/capture-policy.js';
import { judgeCapture } from '../../src/capture/injection.js';
import { openPacket } from '../../src/capture/open-packet.js';
import { joinPacket } from '../../src/capture/packet/layout.js';
import { sealPacket } from '../../src/capture/packet/seal.js';
import { readEvidence } from '../../src/capture/read-evidence.js';
import type { CaptureKey } from '../../src/keys/capture-key.js';
import { selfie } from '../fixtures/pictures.js';
import { type MadeCapture, makeCapture } from './made-capture.js';
import { mutate, mutations } from './mutations.js';
import { ringOf } from './ring-of.js';

/** Results of the packets. */
export interface FuzzOutcome {
  opened: number;
  unreadable: number;
  /** refused because of their capture */
  refused: number;
  /** longest time to open and judge one, ms */
  slowest: number;
}

/** A capture of a small picture with few frames: mutations reach its header more often than its pixels. */
export async function makeSmallCapture(): Promise<MadeCapture> {
  const picture = await sharp(await selfie())
    .resize(120)
    .jpeg()
    .toBuffer();
  const { header, photo, frames } = await makeCapture({ kind: 'live', picture, lumaWidth: 32 });
  const kept = header.frames.map(({ kind }, i) => (kind === 'jpeg' ? i === 0 : i > header.frames.length - 13));
  return {
    header: { ...header, frames: header.frames.filter((_, i) => kept[i]) },
    photo,
    frames: frames.filter((_, i) => kept[i]),
  };
}

/**
 * Opens and judges mutated packets. @throws (fast-check, with the smallest example) when opening or judging throws, or gives
 * numbers out of their ranges, or a packet opens though what was sealed was touched
 */
export async function fuzzPackets(
  capture: MadeCapture,
  key: CaptureKey,
  { runs, seed }: { runs: number; seed?: number },
): Promise<FuzzOutcome> {
  const outcome: FuzzOutcome = { opened: 0, unreadable: 0, refused: 0, slowest: 0 };
  const options = { keys: ringOf(key), maxBytes: 4_194_304 };
  const arrival = {
    selfie: undefined,
    receivedAt: capture.header.createdAt,
    isNonceNew: true,
    maxAgeMs: 300_000,
    perspective: undefined,
    mustComeCloser: false,
    maxPixels: 5e7,
  };
  const policy = resolveCapturePolicy();
  const plain = joinPacket(capture.header, capture.photo, capture.frames);
  const original = { plain, sealed: await sealPacket(plain, key.publicJwk, key.kid), key };
  const property = fc.asyncProperty(fc.array(mutations, { minLength: 1, maxLength: 3 }), async (wanted) => {
    const bytes = await mutate(original, wanted);
    const start = performance.now();
    const opened = await openPacket(bytes, options);
    if ('unreadable' in opened) {
      outcome.unreadable++;
      return typeof opened.unreadable === 'string';
    }
    const { score, probability, signals } = judgeCapture(await readEvidence(opened.packet, arrival), policy);
    outcome.slowest = Math.max(outcome.slowest, performance.now() - start);
    outcome.opened++;
    if (probability === 0) outcome.refused++;
    return (
      Number.isFinite(score) &&
      signals.every(
        ({ suspicion, evidence }) => suspicion >= 0 && suspicion <= 1 && Object.values(evidence).every((n) => Number.isFinite(n)),
      )
    );
  });
  await fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
  return outcome;
}
