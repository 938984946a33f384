// The only import of onnxruntime-node. Its telemetry is switched off first.
import '../base/no-telemetry.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';
