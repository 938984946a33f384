import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { findInstallation } from '../../../src/base/installation.js';
import { temporaryDirectory } from '../../helper.js';

const chromium = '/usr/lib/chromium';
const driver = join(chromium, 'vk_swiftshader_icd.json');
const loader = join(chromium, 'libvulkan.so.1');

/** For tap: why the tests of WebGPU are skipped, or false. */
export const skip =
  !(existsSync(driver) && existsSync(loader)) && `needs SwiftShader and Vulkan's loader in ${chromium} (Debian's chromium)`;

/**
 * Milliseconds that tests with SwiftShader, and their jobs, may take. Beside other tests, threads of lower priority compute it: two
 * pictures took 55 s on an idle machine with two cores, and 636 s on a busy one.
 */
export const softwareGpuLimitMs = 1_800_000;

/** Settings of a process with which WebGPU finds SwiftShader, a GPU in software. The loader reads them when the process starts. */
export function softwareGpu(t: Test): Record<string, string> {
  const folder = temporaryDirectory(t);
  symlinkSync(loader, join(folder, 'libvulkan.so.1'));
  return { LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver };
}

/** Settings with which Vulkan's loader is there, but no driver. */
export const noGpu = (t: Test): Record<string, string> => ({
  ...softwareGpu(t),
  VK_DRIVER_FILES: '/nonexistent.json',
  VK_ICD_FILENAMES: '/nonexistent.json',
});

/** SwiftShader with a queue that loses its device, or hangs, on demand. Needs a C compiler, as test/clients does. */
export function faultyGpu(t: Test) {
  const folder = temporaryDirectory(t);
  const source = join(findInstallation(), 'test/inference/webgpu/losing-vulkan.c');
  execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'libvulkan.so.1'), source, '-ldl']);
  const [lost, hanging] = [join(folder, 'lost'), join(folder, 'hanging')];
  return {
    env: {
      ...softwareGpu(t),
      ...{ LD_LIBRARY_PATH: folder, TEST_REAL_VULKAN: loader, TEST_LOSE_GPU: lost, TEST_HANG_GPU: hanging },
    },
    lose: () => writeFileSync(lost, ''),
    restore: () => rmSync(lost, { force: true }),
    hang: () => writeFileSync(hanging, ''),
    release: () => rmSync(hanging, { force: true }),
  };
}
