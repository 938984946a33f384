// First of all: see there.
import './base/no-telemetry.js';
import { runProgram } from './program.js';

await runProgram(process.argv.slice(2));
