import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
// The probe inherits the variable that this sets.
import '../../base/no-telemetry.js';
import { ProviderError } from '../provider-error.js';

/** The adapter that WebGPU uses: a graphics processor, or a program that takes its place. */
export interface Adapter {
  /** as the driver names it, for example `NVIDIA H200`; `unknown` where that cannot be found out (see {@link findAdapter}) */
  readonly name: string;
  /** file of the Vulkan driver, where known */
  readonly driver?: string;
  /** whether it is a program that computes on the CPU, for example SwiftShader or llvmpipe; undefined: not known */
  readonly isSoftware?: boolean;
}

/** Milliseconds that the probe may take: drivers that have just been installed compile for seconds. */
const probeMs = 60_000;

/** Drivers that compute on the CPU, by their own names or the names of their files. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|libvulkan_lvp|basic render|\bcpu\b|software/i;

/**
 * Finds out which adapter WebGPU uses, in a process of its own: a driver that crashes does not take this one along, and Vulkan's
 * loader names the device there. ONNX Runtime for Node does not tell it, so the name is known with Vulkan only (Linux). On
 * Windows and macOS it is `unknown`.
 * @throws ProviderError if no adapter works. The message names the cause and the remedy
 */
export async function findAdapter(): Promise<Adapter> {
  const { isGood, told, log } = await probe();
  if (!isGood) throw new ProviderError(explain(told, log));
  return readAdapter(log);
}

/**
 * The device that was opened last, from the messages of Vulkan's loader.
 * @internal for its test, which knows messages of devices that are not here
 */
export function readAdapter(log: string): Adapter {
  const used = [...log.matchAll(/Using "(.+?)" with driver: "(.*?)"/g)].at(-1);
  if (!used) return { name: 'unknown' };
  const [, name, driver] = used as unknown as [string, string, string];
  return { name, driver, isSoftware: software.test(name) || software.test(driver) };
}

/**
 * Whether this machine shows a device file of a graphics processor, so that a probe, which takes half a second, may find one. Known
 * only on Linux; elsewhere false.
 */
export function showsGpu(): boolean {
  if (process.platform !== 'linux') return false;
  const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  return (
    names('/dev/dri').some((name) => name.startsWith('renderD')) ||
    names('/dev').some((name) => /^nvidia\d+$/.test(name) || name === 'dxg')
  );
}

interface Probe {
  readonly isGood: boolean;
  /** the error's message, or how the process ended */
  readonly told: string;
  /** standard error */
  readonly log: string;
}

const probe = (): Promise<Probe> =>
  new Promise((resolve) => {
    const script = fileURLToPath(new URL('./adapter-probe.js', import.meta.url));
    const env = { ...process.env, VK_LOADER_DEBUG: 'all', NODE_OPTIONS: '' };
    execFile(process.execPath, [script], { env, timeout: probeMs, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const ended = error?.killed
        ? `it had not answered after ${probeMs / 1000} s`
        : error?.signal
          ? `its driver crashed (${error.signal})`
          : (error?.message ?? '');
      resolve({ isGood: !error, told: error?.code === 1 ? stdout : ended, log: stderr });
    });
  });

/** What failed and what to do, from ONNX Runtime's message and the loader's. */
function explain(told: string, log: string): string {
  const start = 'WebGPU cannot be used: ';
  const otherwise = ', or set INFERENCE_PROVIDER=cpu (docs/operations.md, GPUs)';
  if (/Couldn't load Vulkan/.test(log))
    return `${start}Vulkan's loader is missing (libvulkan.so.1). Install it (Debian: libvulkan1) and the driver of the GPU${otherwise}.`;
  if (/No supported adapters|Failed to get a WebGPU adapter/.test(told))
    return `${start}no adapter was found. Vulkan knows no driver of a GPU that WebGPU can use. Install the driver, and let a container see the GPU (--device /dev/dri, or --gpus all)${otherwise}.`;
  return `${start}${told.split('\n')[0]}. Check the driver${otherwise}.`;
}
