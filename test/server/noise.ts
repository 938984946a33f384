import { syncBuiltinESMExports } from 'node:module';
import threads, { isMainThread, Worker, type WorkerOptions } from 'node:worker_threads';

// Preloaded into a server by NODE_OPTIONS=--import: prints what libraries and Node.js may print, in the main thread and in each
// worker. SIGUSR2 ends a worker; a second one throws where nothing catches it.

const thread = isMainThread ? 'main' : 'worker';

function makeNoise(): void {
  console.log(`noise: text of ${thread}`);
  console.error(`\x1b[33mnoise: in colour, of ${thread}\x1b[0m`);
  process.stderr.write(`noise: first half of ${thread},`);
  process.stderr.write(' second half\n\n');
  console.error(new Error(`noise: a stack of ${thread}`));
  process.emitWarning(`noise: a warning of ${thread}`, 'DeprecationWarning', 'NOISE1');
}

if (isMainThread) {
  const workers = new Set<Worker>();
  class NoisyWorker extends Worker {
    constructor(script: URL, options: WorkerOptions) {
      super(script, { ...options, execArgv: ['--import', import.meta.url] });
      if (options.name !== 'analysis') return;
      workers.add(this);
      this.once('exit', () => workers.delete(this));
    }
  }
  threads.Worker = NoisyWorker as typeof Worker;
  syncBuiltinESMExports();
  process.once('SIGUSR2', () => {
    for (const worker of workers) void worker.terminate();
    process.once('SIGUSR2', () => {
      throw new Error('noise: nothing catches this');
    });
  });
}
// Once Node's own listener has been replaced.
const [own] = process.listeners('warning');
const timer = setInterval(() => {
  if (process.listeners('warning')[0] === own) return;
  clearInterval(timer);
  makeNoise();
}, 20);
