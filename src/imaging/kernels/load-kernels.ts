import { OperatorError } from '../../base/operator-error.js';
import { kernelsBinary } from './kernels-binary.js';

/** What kernels.assembly.ts exports: pictures, tensors and tables are given by their address, numbers as they are. */
interface Kernels {
  /** see sample.assembly.ts for the arguments of these two */
  readonly sampleColour: (...numbers: number[]) => void;
  readonly sampleGrey: (...numbers: number[]) => void;
  shrink(pixels: number, rowBytes: number, factor: number, out: number, width: number, height: number, sums: number): void;
  measureSpectrum(patch: number, taper: number, turns: number, work: number, powers: number): void;
  standOut(values: number, points: number, count: number, work: number): number;
  toLuma(pixels: number, count: number, out: number): void;
  cutLuma(pixels: number, rowBytes: number, factor: number, out: number, width: number, height: number): void;
  measureSteps(
    luma: number,
    width: number,
    height: number,
    darkest: number,
    brightest: number,
    bins: number,
    sums: number,
    histogram: number,
  ): void;
  countLevels(luma: number, length: number, counts: number): void;
  addGridSteps(luma: number, width: number, height: number, sums: number): void;
  turn(first: number, across: number, down: number, out: number, width: number, height: number): void;
  addNoise(luma: number, width: number, blocksAcross: number, blocksDown: number, out: number): void;
}

const pageBytes = 65_536;
/**
 * The memory at the start: growing it voids the views that networks are about to read. Pages that nothing was written to are not
 * resident.
 */
const initialBytes = 24 * 2 ** 20;

/** The kernels cannot run here. The message says what they need. */
export class NoSimdError extends OperatorError {
  override name = 'NoSimdError';
}

let memory: WebAssembly.Memory | undefined;
let compiled: Kernels | undefined;
/** Address of the first byte that is not in use. The first 1024 bytes stay empty: an address is never 0. */
let end = 1024;

/**
 * The kernels of this thread. The module is compiled when it is first used.
 * @throws NoSimdError
 */
export function kernels(): Kernels {
  if (!compiled) {
    memory = new WebAssembly.Memory(memorySize);
    try {
      compiled = asKernels(new WebAssembly.Instance(new WebAssembly.Module(bytesOfModule()), { env: { memory } }));
    } catch (error) {
      throw noSimd(error);
    }
  }
  return compiled;
}

/** Compiles the kernels before they are used: browsers refuse to compile more than a few kilobytes at once. @throws NoSimdError */
export async function openKernels(): Promise<void> {
  if (compiled) return;
  const room = new WebAssembly.Memory(memorySize);
  try {
    const { instance } = await WebAssembly.instantiate(bytesOfModule(), { env: { memory: room } });
    if (compiled) return;
    memory = room;
    compiled = asKernels(instance);
  } catch (error) {
    throw noSimd(error);
  }
}

const memorySize = { initial: initialBytes / pageBytes, maximum: 65_536 };

const bytesOfModule = (): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(kernelsBinary.join('')), (c) => c.charCodeAt(0));

const asKernels = ({ exports }: WebAssembly.Instance): Kernels => exports as unknown as Kernels;

const noSimd = (error: unknown): NoSimdError =>
  new NoSimdError(
    `Triface computes pixels in WebAssembly with SIMD, which is not available here (${error instanceof Error ? error.message : String(error)}). It needs an x86-64 processor with SSE4.1, or Arm64, and a Node.js that was not started with options against it.`,
  );

/** Reserves bytes in the memory of the kernels for as long as the thread lives. @returns their address, a multiple of 16 */
export function reserve(bytes: number): number {
  kernels();
  const address = Math.ceil(end / 16) * 16;
  end = address + bytes;
  const missing = end - memory!.buffer.byteLength;
  if (missing > 0) memory!.grow(Math.ceil(missing / pageBytes));
  return address;
}

/** The memory of the kernels, as it is now: growing it voids the views of the old one. Something must have been reserved before. */
export const kernelMemory = (): ArrayBuffer => memory!.buffer;
