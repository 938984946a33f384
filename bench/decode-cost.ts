import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analysedSides } from '../src/analysis/analysed-sides.js';
import { DecodeError, decodeImage } from '../src/imaging/decode.js';
import { estimateDecoding } from '../src/imaging/decode-cost.js';
import { costlyPictures } from '../test/fixtures/costly-pictures.js';

// The table of decision 28: pictures that are dear to decode, at the default limits: `npm run bench:decode [-- TEXT]`, with TEXT
// only those whose name contains it. Each is decoded in a
// process of its own, whose CPU time and growth of memory are measured.
const limits = { maxPixels: 67_108_864, ...analysedSides, timeoutSeconds: 30 };
const self = fileURLToPath(import.meta.url);

/** In the child: decodes the picture that it is sent. */
async function measure(bytes: Uint8Array): Promise<{ seconds: number; megabytes: number; outcome: string }> {
  // Makes the peak the present size (Linux).
  writeFileSync('/proc/self/clear_refs', '5');
  const before = peakMegabytes();
  const used = process.cpuUsage();
  const outcome = await decodeImage(bytes, limits).then(
    () => 'decoded',
    (error: unknown) => (error instanceof DecodeError ? error.fault : 'failed'),
  );
  const { user, system } = process.cpuUsage(used);
  return { seconds: (user + system) / 1e6, megabytes: peakMegabytes() - before, outcome };
}

const peakMegabytes = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

if (process.send) {
  process.once('message', async (bytes: Uint8Array) => {
    process.send!(await measure(bytes));
    process.disconnect();
  });
} else {
  console.log('| picture | MB sent | estimate, ms | CPU, ms | memory, MB | outcome |\n|---|---|---|---|---|---|');
  for (const { name, make } of costlyPictures(1)) {
    if (!name.includes(process.argv[2] ?? '')) continue;
    const bytes = Uint8Array.from(await make());
    const child = fork(self, { serialization: 'advanced' });
    child.send(bytes);
    const [{ seconds, megabytes, outcome }] = (await once(child, 'message')) as [Awaited<ReturnType<typeof measure>>];
    const estimate = estimateDecoding(bytes, true);
    const shown = [bytes.length / 1e6, estimate, seconds * 1000, megabytes].map((n, i) =>
      i === 0 ? n.toFixed(1) : n.toFixed(0),
    );
    console.log(`| ${[name, ...shown, outcome].join(' | ')} |`);
  }
}
