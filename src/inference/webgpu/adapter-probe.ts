import { openDevice } from './probe-network.js';

// A process of its own, started by find-adapter.ts: opens WebGPU's device, computes with it and ends. On standard output comes nothing
// or the error's message, on standard error what Vulkan's loader tells about the driver.
try {
  const device = await openDevice();
  await device.release();
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
