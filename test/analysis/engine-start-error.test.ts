import { test } from 'tap';
import { Engine } from '../../src/analysis/engine.js';
import { explainFailedStart } from '../../src/analysis/engine-start-error.js';
import { OperatorError } from '../../src/base/operator-error.js';
import { WorkerFailedError } from '../../src/base/worker-failed-error.js';
import { temporaryDirectory } from '../helper.js';

test('an error of the first worker gets its class back by the name that crossed the threads', async (t) => {
  for (const name of ['PackError', 'ProviderError']) {
    const error = explainFailedStart(new WorkerFailedError('what to do', name));
    t.match(error, { name, message: 'what to do' });
    t.type(error, OperatorError);
  }
  const other = new RangeError('a bug');
  t.equal(explainFailedStart(other), other, 'an error of this thread stays');
});

test('models that are missing', async (t) => {
  const limits = { workers: 1, queueLimit: 1, deadlineMs: 1000, maxPixels: 1_000_000 };
  const start = Engine.start({ modelsDir: temporaryDirectory(t), provider: 'cpu', ...limits });
  await t.rejects(start, { name: 'EngineStartError', message: /cannot be loaded .*triface models prepare/ });
});
