import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { analysedSides } from '../src/analysis/analysed-sides.js';
import type { PerspectiveMeasure } from '../src/analysis/closer/measure-perspective.js';
import { observeApproach } from '../src/analysis/closer/observe-approach.js';
import { findFaces } from '../src/analysis/find-faces.js';
import type { TimedFrame } from '../src/analysis/observe-sequence.js';
import { findModelsDir } from '../src/base/installation.js';
import { describeRatePlainly } from '../src/evaluation/describe-numbers.js';
import { countRate } from '../src/evaluation/rate.js';
import { decodeImage } from '../src/imaging/decode.js';
import { type FaceModels, loadFaceModels } from '../src/inference/face-models.js';
import { labelledPictures } from '../test/accuracy/labelled-pictures.js';
import { Random } from '../test/random.js';
import { type Approach, filmApproach } from '../test/rendering/approaches.js';
import { readCanonicalFace } from '../test/rendering/canonical-face.js';

// Prints the tables of docs/capture.md, "Closer and farther": rendered heads and cards with the recognition pictures on them, filmed
// while they come closer; and the labelled sequences. Arguments: number of films (default 150), seed (default 1).
const [count = 150, seed = 1] = process.argv.slice(2).map(Number);
const limits = { maxPixels: 60e6, ...analysedSides, timeoutSeconds: 10 };
/** Below this relief a face is refused: the suspicion times the signal's weight, 1.5, reaches 1. */
const refusedBelow = 0.6 - 0.2 / 1.5;

interface Measured {
  readonly species: string;
  /** the beginning's and the end's distance, in cm */
  readonly from: number;
  readonly to: number;
  readonly tilt: number;
  readonly measure: PerspectiveMeasure;
}

const models = await loadFaceModels(findModelsDir(), 'cpu');
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(labelledPictures, path)));
const table = (name: string): Record<string, string>[] =>
  parse(readFileSync(join(labelledPictures, name)), { columns: true, record_delimiter: ['\r\n', '\n'] });

/** One picture per person; larger ones would take long to render from. */
function listPortraits(): string[] {
  const persons = new Map<string, string>();
  for (const { category, identity, path, width } of table('manifest.csv'))
    if (category === 'B_recognition' && Number(width) <= 2500 && !persons.has(identity!)) persons.set(identity!, path!);
  return [...persons.values()];
}

/** Cameras of phones held upright and of notebooks, with pictures 480 pixels wide. */
const cameras = [
  { width: 480, height: 853, focal: 594 },
  { width: 480, height: 640, focal: 520 },
  { width: 480, height: 270, focal: 400 },
  { width: 480, height: 360, focal: 420 },
];
const cards = [
  { species: 'flat', bend: 0 },
  { species: 'flat', bend: 0 },
  { species: 'bent, radius 25 cm', bend: 1 / 25 },
  { species: 'bent, radius 12 cm', bend: 1 / 12 },
  { species: 'bent inwards, radius 15 cm', bend: -1 / 15 },
  { species: 'bent on the way, to radius 12 cm', bend: 0, bendAtEnd: 1 / 12 },
];

async function film(path: string, isHead: boolean, random: Random): Promise<[Measured, Measured] | undefined> {
  const picture = await decodeImage(read(path), limits);
  const [face] = await findFaces(models, picture);
  if (!face?.mesh) return undefined;
  const camera = { ...random.pick(cameras), noise: random.between(1, 5), quality: 70 };
  // As close as the picture's height permits.
  const to = Math.max(random.pick([20, 25, 30]), (21 * camera.focal) / (0.85 * camera.height));
  const card = random.pick(cards);
  const tilt = isHead ? 15 : random.pick([5, 10, 20, 30, 40]);
  const approach: Approach = {
    presented: isHead
      ? { kind: 'head', depth: random.between(0.8, 1.2) }
      : { kind: 'card', faceWidth: random.pick([6, 9, 12, 16]), ...card },
    from: to * random.between(1.6, 2),
    to,
    yaw: random.between(-tilt, tilt),
    pitch: random.between(-tilt, tilt) * 0.8,
    roll: random.between(-10, 10),
    drift: random.between(0, 8),
    frames: 8,
  };
  const portrait = { picture, mesh: face.mesh.points };
  const frames = await filmApproach(approach, { portrait, face: canonical, camera, random });
  const small = await Promise.all(
    frames.map(async (bytes) => Uint8Array.from(await sharp(bytes).resize(320).jpeg({ quality: 60 }).toBuffer())),
  );
  const about = { species: isHead ? 'head' : `card, ${card.species}`, from: approach.from, to, tilt };
  return [
    { ...about, measure: await measure(frames) },
    { ...about, measure: await measure(small) },
  ];
}

/** The photo is the first frame. */
async function measure(files: readonly Uint8Array[]): Promise<PerspectiveMeasure> {
  const image = await decodeImage(files[0]!, limits);
  const [face] = await findFaces(models, image);
  const frames = files.map((bytes, i): TimedFrame => ({ bytes: Uint8Array.from(bytes), at: i }));
  const start = performance.now();
  const box = face?.box ?? { x1: 0, y1: 0, x2: image.width, y2: image.height };
  const measured = await observeApproach(models, { image, turned: 0, box }, frames, limits);
  times.push(performance.now() - start);
  return measured;
}

const isRefused = ({ measure: { relief } }: Measured): boolean => relief !== null && relief < refusedBelow;
const isSilent = ({ measure: { relief } }: Measured): boolean => relief === null;

function print(title: string, measured: readonly Measured[], groupOf: (one: Measured) => string): void {
  console.log(
    `\n${title}\n\n| presented | films | no statement | refused, of those with a statement | relief: least, median, greatest |\n|---|---|---|---|---|`,
  );
  for (const group of [...new Set(measured.map(groupOf))].sort()) {
    const own = measured.filter((one) => groupOf(one) === group);
    const stated = own.filter((one) => !isSilent(one));
    const reliefs = stated.map(({ measure: { relief } }) => relief!).sort((a, b) => a - b);
    const shown = [reliefs[0], reliefs[reliefs.length >> 1], reliefs.at(-1)]
      .map((relief) => relief?.toFixed(2) ?? '–')
      .join(', ');
    const reasons = [...new Set(own.filter(isSilent).map(({ measure: { reason } }) => reason))].join(', ');
    console.log(
      `| ${group} | ${own.length} | ${own.length - stated.length}${reasons ? ` (${reasons})` : ''} | ${describeRatePlainly(countRate(stated, isRefused))} | ${shown} |`,
    );
  }
}

async function measureSequences(): Promise<Measured[]> {
  const rows = table('sequences.csv');
  const measured: Measured[] = [];
  for (const sequence of new Set(rows.map((row) => row.sequence))) {
    const own = rows.filter((row) => row.sequence === sequence);
    measured.push({
      species: own[0]!.label!,
      from: 0,
      to: 0,
      tilt: 0,
      measure: await measure(own.map(({ path }) => read(path!))),
    });
  }
  return measured;
}

const canonical = readCanonicalFace();
const times: number[] = [];
const random = new Random(seed);
const portraits = listPortraits();
const films: [Measured, Measured][] = [];
for (let n = 0; n < count; n++) {
  const filmed = await film(portraits[n % portraits.length]!, n % 3 === 0, random);
  if (filmed) films.push(filmed);
  if (n % 50 === 49) console.error(`${n + 1} films`);
}
const usual = films.map(([one]) => one);
print('480 pixels wide', usual, ({ species }) => species);
print(
  '320 pixels wide',
  films.map(([, one]) => one),
  ({ species }) => species,
);
print(
  'Flat cards, by tilt',
  usual.filter(({ species }) => species === 'card, flat'),
  ({ tilt }) => `up to ${String(tilt).padStart(2)}°`,
);
print(
  'Heads, by distance',
  usual.filter(({ species }) => species === 'head'),
  ({ to }) => `to ${to < 25 ? 'less than 25 cm' : to < 35 ? '25 to 35 cm' : 'more than 35 cm'}`,
);
print('Labelled sequences', await measureSequences(), ({ species }) => species);
times.sort((a, b) => a - b);
console.log(
  `\nms per measurement of 8 frames: median ${Math.round(times[times.length >> 1]!)}, 95th percentile ${Math.round(times[Math.floor(times.length * 0.95)]!)}`,
);
await (models satisfies FaceModels).close();
