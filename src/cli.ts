// Comes first: ONNX Runtime reads the variable that this sets when it is loaded.
import './base/no-telemetry.js';
import { endOnStopSignals } from './base/stop-signals.js';

// Before the commands are loaded: as process 1, a signal that comes earlier is lost.
endOnStopSignals();
const { runProgram } = await import('./program.js');
await runProgram(process.argv.slice(2));
