import { join } from 'node:path';
import t from 'tap';
import { readReport, runEvaluate } from '../evaluation/evaluate-program.js';
import { hasLabelledPictures, labelledPictures } from './labelled-pictures.js';

t.setTimeout(300_000);

t.test(
  'labelled pairs through `triface evaluate --pairs`',
  { skip: hasLabelledPictures() ? false : '../shared/eval is not there: recognition was not measured' },
  async (t) => {
    const out = join(t.testdir(), 'report');
    // The labelled person of these pictures stands in the middle; somebody else may be larger.
    const { err, status, ...printed } = await runEvaluate([
      '--pairs',
      join(labelledPictures, 'pairs.csv'),
      '--subject',
      'central',
      '--out',
      out,
    ]);
    t.equal(status, 0, err);
    for (const line of printed.out.split('\n').slice(0, 6)) t.comment(line);
    const { pairs, curve, best, operatingPoints, failedToCompare } = readReport(out);
    t.ok(pairs.same >= 400 && pairs.different >= 400);
    t.ok(failedToCompare.count <= 2, `${failedToCompare.count} not compared`);
    t.ok(curve.area >= 0.9995, `AUC ${curve.area}`);
    t.ok(best.accuracy.value >= 0.993, `accuracy ${best.accuracy.value} at ${best.threshold}`);
    const [atOnePercent] = operatingPoints;
    t.ok(atOnePercent.found.falseReject.value <= 0.006, `FNMR ${atOnePercent.found.falseReject.value} at FMR 1 %`);
  },
);
