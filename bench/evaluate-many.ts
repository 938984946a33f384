import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { findPackCatalog } from '../src/base/installation.js';
import { addPack, usePacks } from '../src/inference/packs/pack-store.js';
import { noFace, replay, selfie } from '../test/fixtures/pictures.js';
import { describeMade, makeNetwork, writePack } from '../test/inference/packs/made-pack.js';

// `triface evaluate` on many files (default 10,000: hard links to small pictures made of the fixtures, with a tiny pack in use): memory
// while it runs, a SIGKILL at a third of the way, and what the next run takes over. Linux only: memory is read from /proc.
//   nice -n 19 node dist/bench/evaluate-many.js [files]

const files = Number(process.argv[2] ?? 10_000);
const program = fileURLToPath(new URL('../src/cli.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'triface-many-'));
const pictures = join(directory, 'pictures');
const out = join(directory, 'report');
const dataDir = join(directory, 'data');

async function makePictures(): Promise<void> {
  const small = (bytes: Buffer): Promise<Buffer> => sharp(bytes).resize(360).jpeg().toBuffer();
  const made: [string, Buffer, number][] = [
    ['bona-fide/one', await small(await selfie()), 0.3],
    ['bona-fide/two', await small(await selfie('other')), 0.3],
    ['bona-fide/nobody', await small(await noFace()), 0.02],
    ['attack/replay', await small(await replay()), 0.36],
    ['attack/broken', (await selfie()).subarray(0, 4000), 0.02],
  ];
  for (const [folder, bytes, share] of made) {
    const original = join(directory, `${folder.replace('/', '-')}.jpg`);
    writeFileSync(original, bytes);
    for (let i = 0; i < Math.round(files * share); i++) {
      // Ten folders of each kind, as persons or days would have.
      const link = join(pictures, folder, String(i % 10), `${i}.jpg`);
      mkdirSync(dirname(link), { recursive: true });
      linkSync(original, link);
    }
  }
}

async function addTinyPack(): Promise<void> {
  const network = makeNetwork();
  const given = writePack(join(directory, 'tiny'), network, describeMade(network, { name: 'tiny' }));
  const packsDir = join(dataDir, 'packs');
  await addPack(given, { packsDir, catalogFile: findPackCatalog() });
  await usePacks(packsDir, [{ name: 'tiny' }]);
}

const measured = (): number => {
  try {
    return readFileSync(join(out, 'state.ndjson'), 'utf8').split('\n').length - 2;
  } catch {
    return 0;
  }
};

/** Resident memory of a process, MB. */
const memoryOf = (child: ChildProcess): number | undefined => {
  try {
    const pages = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)?.[1];
    return pages === undefined ? undefined : Number(pages) / 1000;
  } catch {
    return undefined;
  }
};

/** Runs until its end, or kills it once so many files are measured. */
async function run(killAt = Number.POSITIVE_INFINITY): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'evaluate', pictures, '--out', out], {
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  child.stdout.on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'exit');
  const samples: { done: number; memory: number }[] = [];
  while (child.exitCode === null && child.signalCode === null) {
    await Promise.race([ended, sleep(2000)]);
    const memory = memoryOf(child);
    const done = measured();
    if (memory !== undefined) samples.push({ done, memory });
    if (done >= killAt) child.kill('SIGKILL');
  }
  const [status, signal] = await ended;
  const seconds = (performance.now() - began) / 1000;
  console.log(`ended with ${status ?? signal} after ${seconds.toFixed(0)} s; ${measured()} measurements in the state`);
  console.log(said.match(/^\d+ measurements of an earlier run.*$/m)?.[0] ?? 'nothing taken over');
  for (let part = 1; part <= 10; part++) {
    const of = samples.slice(Math.floor(((part - 1) * samples.length) / 10), Math.floor((part * samples.length) / 10));
    if (of.length === 0) continue;
    const most = Math.max(...of.map(({ memory }) => memory));
    console.log(`  up to file ${String(of.at(-1)!.done).padStart(6)}: at most ${most.toFixed(0)} MB`);
  }
  if (status === 0) console.log(said.slice(said.lastIndexOf('left') + 4));
  else if (signal === null) console.log(said);
}

await makePictures();
await addTinyPack();
console.log(`${files} files; memory is resident, sampled every 2 s, in tenths of each run's time`);
await run(files / 3);
await run();
rmSync(directory, { recursive: true });
