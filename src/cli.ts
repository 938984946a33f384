// Comes first: ONNX Runtime reads the variable that this sets when it is loaded.
import './base/no-telemetry.js';
import { runProgram } from './program.js';

await runProgram(process.argv.slice(2));
