import type { SequenceOf, TimedFrame } from './observe-sequence.js';

/** Frames before a picture that are analysed at most: the last ones. */
const mostFrames = 15;
/** Frames after a picture, in which the face comes closer, that are analysed at most: the first ones. */
const mostApproachFrames = 8;

/** A buffer that shares its memory (Node's pool for small ones) cannot be moved without taking the others along: that one is copied. */
export const ownFile = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);

/** A sequence whose frames can be moved: at most `mostFrames` before the picture, the last ones, and `mostApproachFrames` after it. */
export function ownSequence({ at, earlier, approach }: SequenceOf) {
  const ownFrame = ({ bytes, at: time }: TimedFrame) => ({ bytes: ownFile(bytes), at: time });
  return {
    at,
    earlier: earlier.slice(-mostFrames).map(ownFrame),
    ...(approach ? { approach: approach.slice(0, mostApproachFrames).map(ownFrame) } : {}),
  };
}
