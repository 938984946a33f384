import { availableParallelism, loadavg } from 'node:os';
import { readVersion } from '../../src/base/installation.js';
import { selfie } from '../../test/fixtures/pictures.js';
import { openBareLoop } from '../bare-models.js';
import { Bench } from './bench.js';
import { type BenchRun, isDisturbed, summarizeTimes } from './figures.js';
import { describeMachine, findCommit } from './machine.js';
import type { PartName, Plan } from './options.js';
import { measureContracts } from './parts/contracts.js';
import { measureFaces } from './parts/faces.js';
import { measureGallery } from './parts/gallery.js';
import { measureHuman } from './parts/human.js';
import { measurePersons } from './parts/persons.js';
import { measureScans } from './parts/scans.js';
import { measureSizes } from './parts/sizes.js';
import { measureWorkers } from './parts/workers.js';

const measures: Readonly<Record<PartName, (bench: Bench) => Promise<void>>> = {
  contracts: measureContracts,
  sizes: measureSizes,
  faces: measureFaces,
  persons: measurePersons,
  gallery: measureGallery,
  workers: measureWorkers,
  scans: measureScans,
  human: measureHuman,
};
/** Rounds of the bare loop before anything is measured. */
const warmRounds = 20;

/**
 * Runs the parts of a plan, one after the other. A part that fails becomes a note, so that the figures of the others are not lost.
 * @param print called with lines about the progress
 * @param onFailure called for a part that fails
 */
export async function measureRun(
  plan: Plan,
  print: (line: string) => void,
  onFailure: (part: PartName, error: unknown) => void,
): Promise<BenchRun> {
  // Before the checkout can change.
  const commit = findCommit();
  const before = loadavg()[0]!;
  if (isDisturbed(before, availableParallelism()))
    print(`Other programs are running (load average ${before.toFixed(1)}): the figures will be worse than on an idle machine.`);
  const picture = await selfie();
  const bare = await openBareLoop();
  const bench = new Bench(plan, bare, picture, print);
  try {
    for (let round = 0; round < warmRounds; round++) await bare.look(picture);
    for (const part of plan.parts) {
      const began = performance.now();
      print(`${part} …`);
      try {
        await measures[part](bench);
      } catch (error) {
        bench.note(`${part}: failed (${(error as Error).message})`);
        onFailure(part, error);
      }
      print(`${part}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
    // A plan may have nothing to measure, such as the part `human` where it is not installed.
    if (bench.bareTimes.length === 0) await bench.runBare(plan.sliceMs);
  } finally {
    await bare.close();
  }
  return {
    measuredAt: new Date().toISOString(),
    version: readVersion(),
    commit,
    machine: describeMachine(),
    load: { before: round(before), most: round(Math.max(bench.mostLoad, before)) },
    turns: plan.turns,
    sliceMs: Math.round(plan.sliceMs),
    picture: `719×960 JPEG, ${Math.round(picture.length / 1000)} kB`,
    bare: summarizeTimes(bench.bareTimes),
    figures: bench.figures,
    notes: bench.notes,
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
