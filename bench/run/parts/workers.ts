import { availableParallelism } from 'node:os';
import type { Bench } from '../bench.js';
import { withServer } from '../bench-server.js';
import { prepareCalls } from '../contract-calls.js';
import { loaded } from './contracts.js';

/** Contract A with one worker, two, four, … and as many as cores; four clients per worker. */
export async function measureWorkers(bench: Bench): Promise<void> {
  const cores = availableParallelism();
  for (const workers of listWorkers(cores)) {
    bench.print(`workers: ${workers}`);
    await withServer({ WORKERS: String(workers) }, (server) => {
      const { A } = prepareCalls(server.url, bench.picture);
      const at = { series: 'contract A', point: String(workers), clients: 4 * workers, parallel: workers };
      const { slice, results } = loaded(server, A, at);
      return bench.measure('workers', [{ slice, results: () => results().map((result) => ({ ...result, at: workers })) }]);
    });
  }
}

/** Powers of two below the number of cores, and that number. */
export function listWorkers(cores: number): number[] {
  const workers: number[] = [];
  for (let count = 1; count < cores; count *= 2) workers.push(count);
  return [...workers, cores];
}
