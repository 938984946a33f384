import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { AnalysisEngine } from '../../../src/analysis/engine.js';
import { fixture } from '../../fixtures/fixtures.js';
import { selfie } from '../../fixtures/pictures.js';
import { judgeOutcome } from '../judge-outcome.js';
import { labelledPictures } from '../labelled-pictures.js';
import type { Base } from './series.js';

/**
 * Bona fide selfies, webcam pictures and portraits of as many sources as possible: with glasses, beards, dim light, wide and narrow
 * pictures. All are accepted as they are.
 */
const labelled: readonly string[] = [
  'dev/A_antispoof/live_webcam/imironica__0013_01_07_03_165.jpg',
  'dev/A_antispoof/live_webcam/imironica__0001_00_00_01_415.jpg',
  'dev/A_antispoof/live_photo/serengil__img8.jpg',
  'dev/A_antispoof/live_photo/serengil__img24.jpg',
  'dev/A_antispoof/live_selfie/exadel-inc__002_A.jpg',
  'dev/A_antispoof/live_photo/vladmandic__stock-emotions-a-3.jpg',
  'dev/A_antispoof/live_photo/cleardusk__JianzhuGuo.jpg',
  'dev2/live/live_selfie/tranvanluyt2203__videos_real.mp4_f0583.jpg',
  'dev2/live/live_webcam/pourfard__real_person163.jpg',
  'dev2/live/live_webcam/pourfard__real_person251.jpg',
  'dev3/live/live_webcam/koropati__2884c696_real_151.jpg',
  'dev3/live/live_webcam/vietmoney__44d0fa4b_true_001.jpg',
  'dev3/live/live_webcam/juan-csv__dff3da92_juan.jpg',
];

/** The pictures that every checkout has; the others follow where the labelled pictures exist. */
export async function readBases(engine: Pick<AnalysisEngine, 'analyze'>): Promise<Base[]> {
  const sources: [name: string, bytes: Buffer][] = [
    ['selfie', await selfie()],
    ['franck', readFileSync(fixture('franck_01829.jpg'))],
    ...labelled
      .filter((path) => existsSync(join(labelledPictures, path)))
      .map((path): [string, Buffer] => [path.split('/').at(-1)!, readFileSync(join(labelledPictures, path))]),
  ];
  return Promise.all(sources.map(([name, bytes]) => readBase(engine, name, bytes)));
}

async function readBase(engine: Pick<AnalysisEngine, 'analyze'>, name: string, sent: Buffer): Promise<Base> {
  const { data, info } = await sharp(sent)
    .rotate()
    .resize(1200, 1200, { fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  const outcome = await engine.analyze({ bytes: Buffer.from(data) });
  const { accepted, findings, face } = judgeOutcome(outcome);
  if (!accepted || !face) throw new Error(`${name} is no base for series: ${findings.join(', ')}`);
  return { name, bytes: data, width: info.width, height: info.height, face };
}
