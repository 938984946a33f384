import { availableParallelism, totalmem } from 'node:os';
import { type ContainerLimits, readContainerLimits } from '../base/container-limits.js';
import type { Config } from './schema.js';

/** What the process may use of its machine. */
export interface Machine {
  /** cores that it may run on, at least 1 */
  readonly cores: number;
  /** bytes of memory of the whole machine */
  readonly memoryBytes: number;
  readonly limits: ContainerLimits;
}

/** What a server starts with, where the settings leave it open. */
export interface Capacity {
  /** inference workers, at least 1 */
  readonly workers: number;
  /** what determined the number of workers */
  readonly workersBy: 'WORKERS' | 'cores' | 'CPU quota' | 'memory';
  /** bytes of all request bodies in memory together */
  readonly intakeBytes: number;
  /** one line each, for the operator: settings or limits with which the server may be killed for its memory */
  readonly warnings: readonly string[];
}

const MIB = 1_048_576;
/** Memory of the process without workers, and of each worker, in bytes: measured, see "Sizing" in docs/operations.md. */
const baseBytes = 160 * MIB;
const workerBytes = 160 * MIB;
/** What decoding takes beyond that, in bytes per pixel, in the formats that take most; pictures up to the size are included in the above. */
const [bytesPerPixel, includedPixels] = [4, 16_000_000];
/** What a body takes in memory, per byte, until it is answered: see "Sizing", too. */
const bytesPerBodyByte = 2.2;
/** The range of the memory for bodies that is found here, in bytes. */
const [leastIntake, mostIntake] = [32 * MIB, 512 * MIB];

/**
 * Finds the number of workers and the memory for request bodies where the settings say 0. A setting above what fits is obeyed,
 * with a warning.
 *
 * A CPU quota is rounded down, as Node itself does on cgroup version 2: the workers leave the rest to the thread that answers
 * requests, which the kernel stops together with them when the quota is used up.
 */
export function planCapacity(
  settings: Pick<Config, 'WORKERS' | 'TRIFACE_MAX_INTAKE_BYTES' | 'TRIFACE_MAX_IMAGE_PIXELS'>,
  { cores, memoryBytes, limits }: Machine = readMachine(),
): Capacity {
  const memory = Math.min(limits.memoryBytes ?? memoryBytes, memoryBytes);
  const quota = Math.max(1, Math.floor(limits.cpus ?? Number.POSITIVE_INFINITY));
  const fitting = Math.max(1, Math.floor((memory - baseBytes) / workerBytes));
  const found = Math.min(cores, quota, fitting);
  const workers = settings.WORKERS || found;
  const left = memory - baseBytes - workers * workerBytes;
  const fittingIntake = Math.round(Math.min(mostIntake, Math.max(leastIntake, left / bytesPerBodyByte)));
  const intakeBytes = settings.TRIFACE_MAX_INTAKE_BYTES || fittingIntake;
  const warnings: string[] = [];
  const least = baseBytes + workerBytes;
  if (memory < least)
    warnings.push(
      `this process may use ${inMib(memory)} of memory, and the server needs ${inMib(least)} with one worker: it may stall or be killed under load (exit code 137). Raise the memory limit`,
    );
  else if (workers > fitting)
    warnings.push(
      `WORKERS=${workers} needs ${inMib(baseBytes + workers * workerBytes)} of memory, and this process may use ${inMib(memory)}: it may stall or be killed under load (exit code 137). Set WORKERS to ${fitting} or less, or raise the memory limit`,
    );
  if (intakeBytes > fittingIntake && intakeBytes * bytesPerBodyByte > left)
    warnings.push(
      `TRIFACE_MAX_INTAKE_BYTES=${intakeBytes} is more than this process has memory for: many large requests at once may get it killed (exit code 137). Set it to ${fittingIntake} or less, or raise the memory limit`,
    );
  const pixels = Math.floor(Math.max(includedPixels, left / bytesPerPixel));
  if (memory >= least && settings.TRIFACE_MAX_IMAGE_PIXELS > pixels)
    warnings.push(
      `a single picture of TRIFACE_MAX_IMAGE_PIXELS=${settings.TRIFACE_MAX_IMAGE_PIXELS} may take more memory than this process has left, so that it is killed (exit code 137). Set it to ${pixels} or less, or raise the memory limit`,
    );
  return { workers, workersBy: settings.WORKERS ? 'WORKERS' : explain(found, { fitting, quota, cores }), intakeBytes, warnings };
}

/** Node 22 and later count a quota of cgroup version 2 as cores, so an equal number is the quota's. */
const explain = (
  workers: number,
  { fitting, quota, cores }: { fitting: number; quota: number; cores: number },
): Capacity['workersBy'] => {
  if (workers === fitting && fitting < Math.min(quota, cores)) return 'memory';
  return workers === quota ? 'CPU quota' : 'cores';
};

const readMachine = (): Machine => ({
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  limits: readContainerLimits(),
});

const inMib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
