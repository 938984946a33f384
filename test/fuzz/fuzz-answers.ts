import type { Test } from 'tap';
import { ask } from '../contracts/clients.js';
import { readDocument } from './document.js';
import { runFuzz } from './run-fuzz.js';
import { makeWorld } from './world.js';

/** Requests to both databases together. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 4000);
const seed = Number(process.env.FUZZ_SEED ?? 26);
const only = process.env.FUZZ_ONLY === undefined ? undefined : Number(process.env.FUZZ_ONLY);
/** Findings that are printed. */
const printed = 10;

/** The test of one database. */
export async function fuzzAnswers(t: Test, databaseUrl: string): Promise<void> {
  const world = await makeWorld(t, databaseUrl);
  const started = performance.now();
  const before = process.cpuUsage();
  const { findings, coverage } = await runFuzz(world, {
    seed: databaseUrl === '' ? seed : seed + 1,
    requests: requests / 2,
    only,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cpu = ((user + system) / 1e6).toFixed(1);
  t.comment(`${requests / 2} requests in ${seconds.toFixed(1)} s, ${cpu} s of processor time\n${coverage.describe()}`);
  for (const { number, fault, request, answer } of findings.slice(0, printed))
    t.fail(`request ${number}: ${fault}; repeat with FUZZ_SEED=${seed} FUZZ_ONLY=${number}`, { request, answer });
  t.equal(findings.length, 0, 'answers that are not as documented');
  if (only === undefined) t.same(coverage.listUnsuccessful(readDocument().operations), [], 'operations without a success');
  t.equal((await ask(`${world.server.url}/health/ready`)).status, 200, 'the server is ready afterwards');
}
