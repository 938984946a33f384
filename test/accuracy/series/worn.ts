import sharp from 'sharp';
import { centroid, distance, midpoint, type Point } from '../../../src/imaging/geometry.js';
import { drawOver } from './canvas.js';
import type { Base, Series } from './series.js';

/** Colours of lenses; the last two are mirrored, with a gradient of their own. */
const lenses: Readonly<Record<string, readonly [top: string, bottom: string]>> = {
  black: ['#050505', '#1a1a1c'],
  brown: ['#2a1608', '#5a3a1e'],
  green: ['#0c2410', '#2d5a34'],
  blue: ['#0a1c50', '#2f60c0'],
  red: ['#500808', '#c03030'],
  yellow: ['#a07800', '#f0d030'],
  'mirrored silver': ['#f2f6fa', '#606a74'],
  'mirrored orange': ['#ffd060', '#c03a10'],
};

/** Glasses from clear to opaque lenses. The frame alone, and a slight tint, cover nothing. */
export const glasses = (base: Base): Series[] =>
  Object.entries(lenses).map(([colour, shades]) => ({
    name: /mirrored/.test(colour) ? 'mirrored glasses' : /black|brown/.test(colour) ? 'dark glasses' : 'coloured glasses',
    variant: colour,
    findings: ['face-occluded'],
    isGraded: true,
    steps: [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.95, 1].map((opacity) => ({
      label: `${colour}, opacity ${opacity}`,
      expect: opacity <= 0.15 ? 'must-not' : opacity >= 0.85 ? 'must' : 'grey',
      make: () => drawOver(base, drawGlasses(base, shades, opacity)),
    })),
  }));

function drawGlasses({ face: { landmarks } }: Base, [top, bottom]: readonly [string, string], opacity: number): string {
  const [right, left] = [centroid(landmarks.slice(36, 42)), centroid(landmarks.slice(42, 48))];
  const d = distance(right, left);
  const middle = midpoint(right, left);
  const angle = (Math.atan2(left.y - right.y, left.x - right.x) * 180) / Math.PI;
  // In units of a hundredth of the distance between the eyes, around the middle of the eyes.
  const lens = 'M-94 -24 Q-50 -36 -12 -22 Q-10 16 -34 34 Q-60 42 -84 28 Q-96 8 -94 -24 Z';
  const shine = 'M-80 -22 L-62 -26 L-78 16 L-86 6 Z';
  const temple = (end: Point): string => {
    const [c, s] = [Math.cos((-angle * Math.PI) / 180), Math.sin((-angle * Math.PI) / 180)];
    const [x, y] = [end.x - middle.x, end.y - middle.y];
    return `${((x * c - y * s) * 100) / d} ${((x * s + y * c) * 100) / d}`;
  };
  const half = `<path d="${lens}" fill="url(#lens)" fill-opacity="${opacity}"/><path d="${shine}" fill="#fff" fill-opacity="${0.05 + 0.12 * opacity}"/><path d="${lens}" fill="none" stroke="#1c1a1a" stroke-width="5"/>`;
  return `<defs><linearGradient id="lens" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>
    <filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="0.8"/></filter></defs>
    <g transform="translate(${middle.x} ${middle.y}) rotate(${angle}) scale(${d / 100})" filter="url(#soft)">
    ${half}<g transform="scale(-1 1)">${half}</g>
    <path d="M-12 -18 Q0 -26 12 -18" fill="none" stroke="#1c1a1a" stroke-width="5"/>
    <path d="M-94 -20 L${temple(landmarks[0]!)} M94 -20 L${temple(landmarks[16]!)}" stroke="#1c1a1a" stroke-width="4"/></g>`;
}

/** Colours of masks; `skin` is the colour of this person's cheek. */
const cloths: Readonly<Record<string, string>> = {
  surgical: '#8fc3dc',
  white: '#eceef0',
  black: '#161618',
  grey: '#7c8084',
  navy: '#1c2a50',
  red: '#a82028',
  green: '#2c6a3c',
  pink: '#e8a0b4',
  beige: '#cdb08c',
  yellow: '#e6c840',
  brown: '#6a4630',
};

/** Masks whose upper edge rises from below the lips to the bridge of the nose. */
export function masks(base: Base): Series[] {
  const make = (name: string, colour: string, fill: () => Promise<string>): Series => ({
    name,
    variant: colour,
    findings: ['face-occluded'],
    isGraded: true,
    steps: (['chin', 'mouth', 'nose', 'bridge'] as const).map((height) => ({
      label: `${colour} up to the ${height}`,
      expect: height === 'chin' || height === 'mouth' ? 'grey' : 'must',
      make: async () => drawOver(base, drawMask(base, await fill(), height)),
    })),
  });
  return [
    ...Object.entries(cloths).map(([colour, fill]) => make('masks', colour, async () => fill)),
    make('masks of skin colour', 'skin', () => cheekColour(base)),
  ];
}

async function cheekColour({ bytes, width, height, face: { landmarks } }: Base): Promise<string> {
  const [ear, nose] = [landmarks[2]!, landmarks[31]!];
  const side = Math.max(2, Math.round(distance(ear, nose) / 5));
  const { x, y } = midpoint(ear, nose);
  const left = Math.max(0, Math.min(width - side, Math.round(x - side / 2)));
  const top = Math.max(0, Math.min(height - side, Math.round(y - side / 2)));
  const { data } = await sharp(bytes)
    .extract({ left, top, width: side, height: side })
    .resize(1, 1)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return `rgb(${data[0]},${data[1]},${data[2]})`;
}

/** Where the mask's upper edge meets the middle of the face and its contour. */
const edges = {
  chin: { middle: 57, side: 5 },
  mouth: { middle: 33, side: 3 },
  nose: { middle: 29, side: 2 },
  bridge: { middle: 28, side: 1 },
} as const;

function drawMask({ face: { landmarks } }: Base, fill: string, height: keyof typeof edges): string {
  const { middle, side } = edges[height];
  const top = landmarks[middle]!;
  const [right, left] = [landmarks[side]!, landmarks[16 - side]!];
  const centre = landmarks[30]!;
  const width = distance(right, left);
  // The cloth stands off a little from the jaw.
  const jaw = landmarks
    .slice(side, 17 - side)
    .map((p) => ({ x: centre.x + (p.x - centre.x) * 1.06, y: centre.y + (p.y - centre.y) * 1.06 }));
  const at = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const between = (p: Point, part: number): Point => ({
    x: top.x + (p.x - top.x) * part,
    y: top.y + (p.y - top.y) * part * 0.55,
  });
  const outline = `M${at(right)} Q${at(between(right, 0.55))} ${at(top)} Q${at(between(left, 0.55))} ${at(left)} L${[...jaw].reverse().map(at).join(' L')} Z`;
  const folds = [0.35, 0.55, 0.75].map((part) => {
    const [p, q] = [right, left].map((end) => ({
      x: end.x + (centre.x - end.x) * 0.15,
      y: end.y + (landmarks[8]!.y - end.y) * part * 0.8,
    }));
    const low = { x: (p!.x + q!.x) / 2, y: top.y + (landmarks[8]!.y - top.y) * part + width * 0.03 };
    return `<path d="M${at(p!)} Q${at(low)} ${at(q!)}" fill="none" stroke="#000" stroke-opacity="0.16" stroke-width="${width * 0.012}"/>`;
  });
  const loops = `<path d="M${at(right)} L${at(landmarks[0]!)} M${at(left)} L${at(landmarks[16]!)}" stroke="#ddd" stroke-width="${width * 0.015}"/>`;
  return `<defs><linearGradient id="round" x1="0" x2="1" y1="0" y2="0"><stop offset="0" stop-color="#000" stop-opacity="0.4"/><stop offset="0.35" stop-color="#fff" stop-opacity="0.12"/><stop offset="0.6" stop-color="#000" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="0.4"/></linearGradient>
    <linearGradient id="down" x1="0" x2="0" y1="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity="0.1"/><stop offset="1" stop-color="#000" stop-opacity="0.3"/></linearGradient>
    <filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${width * 0.005}"/></filter>
    <clipPath id="cloth"><path d="${outline}"/></clipPath></defs>
    <g filter="url(#soft)">${height === 'chin' ? '' : loops}<path d="${outline}" fill="${fill}"/><path d="${outline}" fill="url(#round)"/><path d="${outline}" fill="url(#down)"/><g clip-path="url(#cloth)">${folds.join('')}</g></g>`;
}
