import { isMainThread } from 'node:worker_threads';

// ONNX Runtime reports its use to Microsoft (process name, sessions, durations, memory, a permanent device id), unless this
// variable is set before the library is loaded. The library reads the environment of the process, which only the main thread can
// change: a worker's `process.env` is a copy. The program's entry therefore imports this module first, and so does every module
// that starts a worker with models.
const variable = 'ORT_DISABLE_TELEMETRY';

if (isMainThread) process.env[variable] = '1';
else if (process.env[variable] !== '1')
  throw new Error('the main thread must import base/no-telemetry.js before it starts a worker that loads onnxruntime-node');
