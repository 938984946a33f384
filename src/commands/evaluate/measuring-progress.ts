import { SingleBar } from 'cli-progress';
import type { EvaluationRun } from '../../evaluation/evaluation-run.js';

/** Milliseconds between progress lines if the output is not a terminal. */
const lineEveryMs = 5000;

/**
 * Shows a progress bar with the remaining time on standard error, or plain lines if it is not a terminal.
 * @param what is measured, in the plural
 */
export function showMeasuring(what: string, out: NodeJS.WriteStream = process.stderr): EvaluationRun['progress'] {
  const bar = new SingleBar({
    stream: out,
    format: `{bar} {value}/{total} ${what}, {percentage} %, {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: lineEveryMs,
    etaBuffer: 50,
    // The command handles interruption itself.
    gracefulExit: false,
  });
  return {
    begin(total, takenOver) {
      if (takenOver > 0) out.write(`reusing ${takenOver} measurements of an earlier run\n`);
      bar.start(total, 0);
    },
    update: (done) => bar.update(done),
    end: () => bar.stop(),
  };
}
