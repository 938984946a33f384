// Run in a namespace by network-traffic.test.ts: loads a model as any program would that does not switch the telemetry off, and prints the
// first name that is looked up.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findModelsDir } from '../../src/base/installation.js';
import { startResolver } from './watched-network.js';

const resolver = await startResolver();
const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node');
const session = await InferenceSession.create(join(findModelsDir(), 'eye-state.onnx'), { logSeverityLevel: 3 });
const deadline = performance.now() + 120_000;
while (resolver.names.length === 0 && performance.now() < deadline) await sleep(50);
await session.release();
console.log(resolver.names[0] ?? 'nothing was looked up');
process.kill(process.pid, 'SIGKILL');
