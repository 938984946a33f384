import { makeCaptureKey, parseCaptureKey } from '../src/keys/capture-key.js';
import { fuzzPackets, makeSmallCapture } from '../test/capture/fuzzed-packets.js';

// 100,000 mutated capture packets through the opener and, where they open, through every signal:
//   npm run -s build && node dist/test/prepare.js && node --expose-gc dist/bench/fuzz-packets.js [RUNS] [SEED]
// Exits with 1 and the smallest example if anything throws or a number is out of range.
const runs = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
process.on('unhandledRejection', (reason) => {
  console.error('unhandled rejection', reason);
  process.exit(1);
});
const key = await parseCaptureKey(await makeCaptureKey());
const capture = await makeSmallCapture();
const megabytes = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
};
console.log(`seed ${seed}`);
const started = performance.now();
// Batches: fast-check keeps what it has run.
const batch = 5000;
const total = { opened: 0, unreadable: 0, refused: 0, slowest: 0 };
for (let done = 0; done < runs; done += batch) {
  const outcome = await fuzzPackets(capture, key, { runs: Math.min(batch, runs - done), seed: seed + done });
  for (const name of ['opened', 'unreadable', 'refused'] as const) total[name] += outcome[name];
  total.slowest = Math.max(total.slowest, outcome.slowest);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${Math.min(runs, done + batch)} packets, ${seconds.toFixed(0)} s, RSS ${megabytes()} MB ${JSON.stringify(total)}`);
}
