import { parentPort, workerData } from 'node:worker_threads';

// A worker that does what its job says: the faults here (hanging, dying, failing to start) cannot be had from the real one on demand.
if ((workerData as { failToStart?: boolean }).failToStart) throw new Error('cannot load');
const port = parentPort!;
port.on('message', async (job: { do: 'echo' | 'wait' | 'hang' | 'die' | 'throw' | 'fail'; value?: unknown; ms?: number }) => {
  if (job.do === 'wait') await new Promise((resolve) => setTimeout(resolve, job.ms));
  if (job.do === 'hang') for (;;);
  if (job.do === 'die') process.exit(3);
  if (job.do === 'throw') throw new Error('broke');
  if (job.do === 'fail') port.postMessage({ type: 'failed', message: 'job failed' });
  else port.postMessage({ type: 'done', result: job.value });
});
port.postMessage({ type: 'ready' });
