import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { fixture } from '../../fixtures/fixtures.js';
import { Random } from '../../random.js';

/** Photographs and paintings without a face: places, plants, things, a cat. */
const names: readonly string[] = [
  ...[
    '00631701.jpg',
    '32499201.jpg',
    'clipper_ship.jpg',
    '00094701.jpg',
    '00631801.jpg',
    '00002701.jpg',
    '00011601.jpg',
    '06855701.jpg',
  ],
  ...['photo1.jpeg', 'photo2.jpeg', 'photo3.jpeg', 'photo5.jpeg', 'photo6.jpeg', 'pic2.jpg', 'pic3.jpg'],
  ...['photo1.jpg', 'photo2.jpg', 'photo3.jpg', 'pool.jpg', 'sago.jpg', 'sagomod.png', 'dice.png', 'output.jpg'],
];

/** Each photograph, and parts of it, by seed. @param parts of each */
export async function photographs(parts: number): Promise<{ name: string; bytes: Buffer }[]> {
  const made: { name: string; bytes: Buffer }[] = [];
  for (const [i, name] of names.entries()) {
    const bytes = readFileSync(fixture(name));
    const whole = sharp(bytes).flatten({ background: '#fff' }).resize(1200, 1200, { fit: 'inside', withoutEnlargement: true });
    const { data, info } = await whole.png().toBuffer({ resolveWithObject: true });
    made.push({ name, bytes: await sharp(data).jpeg({ quality: 90 }).toBuffer() });
    const random = new Random(9000 + i);
    for (let k = 0; k < parts; k++) {
      const width = Math.round(random.between(0.3, 0.7) * info.width);
      const height = Math.min(info.height, Math.round(width * random.pick([0.75, 1, 1.33])));
      const area = { left: random.whole(0, info.width - width), top: random.whole(0, info.height - height), width, height };
      made.push({
        name: `${name}, part ${k}`,
        bytes: await sharp(data).extract(area).resize(640).jpeg({ quality: 90 }).toBuffer(),
      });
    }
  }
  return made;
}
