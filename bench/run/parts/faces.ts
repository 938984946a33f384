import { type Bench, timed } from '../bench.js';
import { makeFaces, mostFaces } from '../make-pictures.js';

/** Pictures of one size without a face, with one, and with several: the bare loop, as contracts A and B ask it and as contract C does. */
export async function measureFaces(bench: Bench): Promise<void> {
  const measured = [];
  for (const count of [0, 1, 4, mostFaces]) {
    const picture = await makeFaces(count);
    const { outlines } = await bench.bare.look(picture);
    if (outlines.length !== count) throw new Error(`${outlines.length} faces were found in the picture with ${count}`);
    const at = { point: `${count}`, at: count };
    measured.push(
      timed({ series: 'one in full (A, B)', ...at }, () => bench.bare.look(picture)),
      timed({ series: 'all in full (C)', ...at }, () => bench.bare.look(picture, { maxFaces: mostFaces })),
    );
  }
  await bench.measure('faces', measured);
}
