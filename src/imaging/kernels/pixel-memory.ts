import { kernelMemory, reserve } from './load-kernels.js';

/** The kernels read up to this many bytes behind a picture. */
const slack = 16;
/** Bytes for pictures: two of the largest that are analysed. A larger picture gets a larger place. */
const pictureBytes = 16 * 2 ** 20;

/** Where pictures are, and how much of that is taken. */
let pictures = { start: 0, size: 0, used: 0 };
/** The addresses of those that are in it. */
let places = new WeakMap<Pixels, number>();

/**
 * Numbers in the memory of the kernels, reserved as long as the thread lives: the input of a network, or a table. They cannot be given
 * back, so they belong to what a thread makes once.
 */
export class KernelNumbers {
  readonly address: number;
  #values: Float32Array<ArrayBuffer> | undefined;

  /** @param length number of float32 values, 0 at first */
  constructor(readonly length: number) {
    this.address = reserve(length * 4);
  }

  /** The values themselves, not a copy. A view is void once the memory has grown: take a new one for each use. */
  get values(): Float32Array<ArrayBuffer> {
    const buffer = kernelMemory();
    if (this.#values?.buffer !== buffer) this.#values = new Float32Array(buffer, this.address, this.length);
    return this.#values;
  }
}

/** The pixels of a picture, or the luma of a patch. */
type Pixels = Uint8Array | Float32Array;

/** Bytes for what a kernel writes besides pixels. */
const resultBytes = 128 * 1024;
let results: number | undefined;

/**
 * Room for what a kernel writes besides pixels, of zeros. It is valid until the next call.
 * @param View how the results are read
 * @returns its address, and a view of it
 */
export function takeResults<View>(
  View: new (buffer: ArrayBuffer, address: number, length: number) => View,
  bytesEach: number,
  length: number,
): { readonly address: number; readonly values: View } {
  if (length * bytesEach > resultBytes) throw new RangeError('too many results');
  results ??= reserve(resultBytes);
  new Uint8Array(kernelMemory(), results, length * bytesEach).fill(0);
  return { address: results, values: new View(kernelMemory(), results, length) };
}

/**
 * Puts pixels into the memory of the kernels, unless they are there already. They stay until there is no room for others, so a picture
 * from which many crops are taken is copied once. They must not change.
 * @returns their address
 */
export function place(data: Pixels): number {
  const found = places.get(data);
  if (found !== undefined) return found;
  makeRoom(roomFor(data.byteLength));
  return copyIn(data);
}

/**
 * Has a kernel make pixels from others. Both are in the memory of the kernels then.
 * @param result is filled with what the kernel writes
 * @param write is given the addresses of the pixels that it reads and of those that it writes
 * @returns `result`
 */
export function derive<Result extends Pixels>(source: Pixels, result: Result, write: (from: number, to: number) => void): Result {
  const to = deriveInPlace(source, result.byteLength, write);
  places.set(result, to);
  bytesOf(result).set(new Uint8Array(kernelMemory(), to, result.byteLength));
  return result;
}

/** As `derive`, without a copy of the result. @param bytes of the result @returns its address, valid until pixels are placed */
export function deriveInPlace(source: Pixels, bytes: number, write: (from: number, to: number) => void): number {
  // Room for both at once: the second must not displace the first.
  makeRoom(roomFor(bytes) + (places.has(source) ? 0 : roomFor(source.byteLength)), roomFor(source.byteLength) + roomFor(bytes));
  const from = places.get(source) ?? copyIn(source);
  const to = take(bytes);
  write(from, to);
  return to;
}

/** Frees the room of all pictures, for the next ones. They would be copied again. */
export function forgetPictures(): void {
  places = new WeakMap();
  pictures.used = 0;
}

/** @param ifEmpty bytes that are needed if everything has to go */
function makeRoom(bytes: number, ifEmpty = bytes): void {
  if (pictures.used + bytes <= pictures.size) return;
  forgetPictures();
  if (ifEmpty <= pictures.size) return;
  const size = Math.max(pictureBytes, ifEmpty);
  pictures = { start: reserve(size), size, used: 0 };
}

const roomFor = (bytes: number): number => Math.ceil((bytes + slack) / 16) * 16;

const bytesOf = ({ buffer, byteOffset, byteLength }: Pixels): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** The next free place. There must be room. */
function take(bytes: number): number {
  const address = pictures.start + pictures.used;
  pictures.used += roomFor(bytes);
  return address;
}

function copyIn(data: Pixels): number {
  const address = take(data.byteLength);
  places.set(data, address);
  new Uint8Array(kernelMemory(), address, data.byteLength).set(bytesOf(data));
  return address;
}
