import sharp from 'sharp';
import { boxHeight } from '../../../src/imaging/geometry.js';
import { asJpeg, ground, reframe } from './canvas.js';
import type { Base, Expectation, Series } from './series.js';

/** The face from hairline to chin: the contour's points, and a third of its height above the brows. */
function extent({ face: { landmarks } }: Base): { x1: number; y1: number; x2: number; y2: number } {
  const xs = landmarks.map(({ x }) => x);
  const brows = Math.min(...landmarks.slice(17, 27).map(({ y }) => y));
  const chin = Math.max(...landmarks.slice(0, 17).map(({ y }) => y));
  return { x1: Math.min(...xs), y1: brows - 0.3 * (chin - brows), x2: Math.max(...xs), y2: chin };
}

/** The border cuts off a part of the face at one side: from a tenth of the face's size beside it to 60 % of the face. */
export function cuts(base: Base): Series[] {
  const { x1, y1, x2, y2 } = extent(base);
  const [w, h] = [x2 - x1, y2 - y1];
  const full = { left: 0, top: 0, width: base.width, height: base.height };
  const frames = {
    left: (part: number) => ({ ...full, left: x1 + part * w, width: base.width - x1 - part * w }),
    right: (part: number) => ({ ...full, width: x2 - part * w }),
    top: (part: number) => ({ ...full, top: y1 + part * h, height: base.height - y1 - part * h }),
    bottom: (part: number) => ({ ...full, height: y2 - part * h }),
  };
  return Object.entries(frames).map(([side, frame]) => ({
    name: `cut at the ${side}`,
    variant: side,
    findings: ['face-cropped', 'face-close-to-border'],
    isGraded: true,
    steps: [-0.12, -0.08, -0.04, 0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6].map((part) => ({
      label: `${Math.round(part * 100)} %`,
      expect: expectCut(side, part),
      // Of half a face, a server may say that it sees none.
      ...(part >= 0.5 ? { alsoTrue: ['face-not-found' as const] } : {}),
      make: () => reframe(base, frame(part)),
    })),
  }));
}

/** Above, the first fifth is forehead, which portraits often cut: nobody minds. */
function expectCut(side: string, part: number): Expectation {
  if (part <= -0.08) return 'must-not';
  return part >= (side === 'top' ? 0.3 : 0.1) ? 'must' : 'grey';
}

/** The person steps back: the face from half to a twentieth of the picture's height. */
export const distance = (base: Base): Series[] => [
  {
    name: 'distance',
    variant: '',
    findings: ['face-too-small'],
    isGraded: true,
    steps: [0.5, 0.4, 0.3, 0.25, 0.2, 0.17, 0.14, 0.12, 0.1, 0.08, 0.07, 0.06, 0.05].map((part) => ({
      label: `${Math.round(part * 100)} % of the height`,
      expect: part >= 0.25 ? 'must-not' : part <= 0.12 ? 'must' : 'grey',
      make: () => reframe(base, frameOf(base, part)),
    })),
  },
];

/** The person comes closer: the face, from brows to chin, up to 130 % of the picture's height. */
export const closeness = (base: Base): Series[] => [
  {
    name: 'closeness',
    variant: '',
    findings: ['face-too-close', 'face-cropped'],
    isGraded: true,
    steps: [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3].map((part) => ({
      label: `${Math.round(part * 100)} % of the height`,
      expect: part <= 0.6 ? 'must-not' : part >= 0.95 ? 'must' : 'grey',
      ...(part >= 0.8 ? { alsoTrue: ['face-close-to-border' as const] } : {}),
      make: () => reframe(base, frameOf(base, part)),
    })),
  },
];

/** A portrait frame of 3:4 around the face, which has the given part of its height. */
function frameOf({ face: { box } }: Base, part: number) {
  const height = boxHeight(box) / part;
  const width = height * 0.75;
  return { left: (box.x1 + box.x2) / 2 - width / 2, top: (box.y1 + box.y2) / 2 - height / 2, width, height };
}

/** The least part of the turned picture's side that a face must have: below it, the turned face is too small as well. */
const leastTurned = 0.2;

/** Turned in its plane, all round. Quarter turns are made upright by the server, so that only what is between them is wrong. */
export const rolls = (base: Base): Series[] =>
  boxHeight(base.face.box) < leastTurned * Math.hypot(base.width, base.height) ? [] : [rollOf(base)];

const rollOf = (base: Base): Series => ({
  name: 'roll',
  variant: '',
  findings: ['face-angle'],
  isGraded: false,
  steps: Array.from({ length: 24 }, (_, i) => i * 15).map((angle) => {
    const off = Math.abs(((((angle + base.face.pose.roll) % 90) + 135) % 90) - 45);
    return {
      label: `${angle}°`,
      expect: off >= 43 ? 'must' : off <= 20 ? 'must-not' : 'grey',
      make: () => turn(base, angle),
    };
  }),
});

async function turn(base: Base, angle: number): Promise<Buffer> {
  const around = Math.ceil(Math.hypot(base.width, base.height));
  const turned = await sharp(base.bytes)
    .ensureAlpha()
    .rotate(angle, { background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer({ resolveWithObject: true });
  const side = Math.min(around, Math.max(turned.info.width, turned.info.height));
  const whole = await sharp(await ground(base, side, side))
    .composite([{ input: turned.data }])
    .png()
    .toBuffer();
  return asJpeg(sharp(whole).resize(1200, 1200, { fit: 'inside', withoutEnlargement: true }));
}
