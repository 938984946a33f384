// The only import of onnxruntime-node. Its telemetry is switched off first.
import '../base/no-telemetry.js';

import { env } from 'onnxruntime-node';

// Its native code writes to stderr, in colours, and beside the log: warnings about devices that a container does not have.
env.logLevel = 'error';

export { InferenceSession, Tensor } from 'onnxruntime-node';
