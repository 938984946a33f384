import { availableParallelism } from 'node:os';
import type { Bench, Measured } from '../bench.js';
import { type BenchServer, withServer } from '../bench-server.js';
import { type Call, prepareCalls } from '../contract-calls.js';
import { Load } from '../load.js';

/** Clients, as multiples of the cores; 0 stands for one client. */
const multiples = [0, 1, 4, 16];

/** The liveness checks of contracts A, B and C for one client and for several per core. */
export const measureContracts = (bench: Bench): Promise<void> =>
  withServer({}, async (server) => {
    const cores = availableParallelism();
    const calls = Object.entries(prepareCalls(server.url, bench.picture));
    const measured = multiples.flatMap((multiple) => {
      // On one core, that is the single client.
      if (multiple === 1 && cores === 1) return [];
      const clients = Math.max(1, multiple * cores);
      const point = multiple === 0 ? '1 client' : `${multiple} × cores`;
      return calls.map(([series, call]) => loaded(server, call, { series, point, clients, parallel: Math.min(clients, cores) }));
    });
    await bench.measure('contracts', measured);
  });

/** A call by several clients. */
export function loaded(
  server: BenchServer,
  call: Call,
  at: { readonly series: string; readonly point: string; readonly clients: number; readonly parallel: number },
): Measured {
  const slice = new Load(server, call, at.clients, at.parallel);
  return {
    slice,
    results: () => {
      const load = slice.describe();
      return [{ series: at.series, point: at.point, at: at.clients, times: slice.times, ...(load ? { load } : {}) }];
    },
  };
}
