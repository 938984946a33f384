import { SingleBar } from 'cli-progress';
import type { EvaluationRun } from '../../evaluation/evaluation-run.js';

/** Milliseconds between lines where there is no terminal. */
const lineEveryMs = 5000;

/** A bar with the time left on standard error; plain lines where that is no terminal. */
export function showMeasuring(out: NodeJS.WriteStream = process.stderr): EvaluationRun['progress'] {
  const bar = new SingleBar({
    stream: out,
    format: '{bar} {value}/{total} pictures, {percentage} %, {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: lineEveryMs,
    etaBuffer: 50,
    // The command ends in good order by itself when it is interrupted.
    gracefulExit: false,
  });
  return {
    begin(total, takenOver) {
      if (takenOver > 0) out.write(`${takenOver} measurements of an earlier run are there already\n`);
      bar.start(total, 0);
    },
    update: (done) => bar.update(done),
    end: () => bar.stop(),
  };
}
