import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { request } from 'undici';
import type { BenchServer } from '../../../bench/run/bench-server.js';
import { summarizeTimes } from '../../../bench/run/figures.js';
import { Load } from '../../../bench/run/load.js';
import { listWorkers } from '../../../bench/run/parts/workers.js';
import { measureInTurns, Steps } from '../../../bench/run/slices.js';

test('slices are measured in turns, each between two runs of the bare loop', async (t) => {
  const order: string[] = [];
  const slice = (name: string) => ({
    run: async (_: number, isWarmUp: boolean) => void order.push(isWarmUp ? `(${name})` : name),
  });
  let bare = 0;
  const runBare = async () => {
    order.push('bare');
    return [bare++];
  };
  const [a, b] = [slice('a'), slice('b')];
  const beside = await measureInTurns([a, b], runBare, { turns: 2, sliceMs: 3 });
  t.same(order.join(' '), '(a) (b) bare a bare b bare bare b bare a bare');
  t.same(beside.get(a), [0, 1, 4, 5]);
  t.same(beside.get(b), [1, 2, 3, 4]);

  const steps = new Steps({ first: async () => {}, second: async () => {} });
  await steps.run(0, true);
  t.same(steps.times, { first: [], second: [] }, 'a warm-up does not count');
  await steps.run(0, false);
  t.same([steps.times.first.length, steps.times.second.length], [3, 3], 'a median has at least three measurements');
  t.same(summarizeTimes([3, 1, 2]), { n: 3, p50: 2, p95: 3, p99: 3 });
});

test('workers', async (t) => {
  t.same([1, 2, 3, 8, 12].map(listWorkers), [[1], [1, 2], [1, 2, 3], [1, 2, 4, 8], [1, 2, 4, 8, 12]]);
});

test('clients wait after a refusal, which is counted apart', async (t) => {
  let asked = 0;
  const server = createServer((message, response) => {
    message.resume();
    response.statusCode = message.url === '/broken' ? 400 : asked++ % 2 === 0 ? 503 : 200;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = (path: string, retryAfterSeconds: number) => ({
    name: 'call',
    send: async () => {
      const { statusCode, body } = await request(url + path);
      await body.dump();
      return { status: statusCode, retryAfterSeconds };
    },
  });
  const watched = { resetLoopDelay() {}, readLoopDelay: async () => ({ p50: 1, p99: 2, max: 3 }) } as unknown as BenchServer;

  const patient = new Load(watched, call('/', 0.001), 1, 1);
  while (patient.times.length < 3) await patient.run(50, false);
  const described = patient.describe()!;
  t.ok(Math.abs(described.refused - patient.times.length) <= 1, 'every second one');
  t.equal(described.loopP99, 2);
  t.ok(described.perSecond > 0);

  asked = 0;
  const refused = new Load(watched, call('/', 3600), 1, 1);
  await refused.run(50, false);
  t.equal(asked, 1, 'a client that would have to wait beyond the end stops');
  t.equal(refused.describe(), undefined, 'nothing was answered');
  await t.rejects(new Load(watched, call('/broken', 1), 1, 1).run(50, false), /call: HTTP 400/, 'any other status is an error');
});
