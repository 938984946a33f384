import { describeRate } from '../describe-numbers.js';
import { type Html, html, table } from '../html-page.js';
import type { MotionFigures } from './compare-methods.js';
import { describeArea } from './describe-estimates.js';
import { type MotionNumbers, motionNumbers } from './judge-sequence.js';
import type { SequenceReport } from './sequence-report.js';

const numberNames: Record<keyof MotionNumbers, string> = {
  evidence: 'evidence',
  residual: 'against surroundings',
  plane: 'no plane',
};

/** What the motion alone says, and how often it says nothing. */
export function motionSection({ species, all, bonaFide }: SequenceReport): Html {
  const rows = [
    ...species.map(({ species: name, motion }) => ({ name, ...motion })),
    ...(species.length > 1 ? [{ name: 'all attacks', ...all.motion }] : []),
    { name: 'bona fide', ...bonaFide.motion, areas: undefined },
  ];
  return html`<h2>Motion alone</h2>
<p>What the motion says if the score of the pictures is left out. It makes a <em>statement</em> only if enough points could be followed through the frames.
<em>Against surroundings</em>: how far the face moves against what is around it; <em>no plane</em>: how far it bends as no plane does; <em>evidence</em>: what
both add to the score. Each AUC compares the attacks of a species with all bona fide sequences, where both have a statement: 0.5 is chance, and below 0.5 the
attacks move more like a head than the bona fide sequences do.</p>
${table(rows, [
  { title: 'Presentations', of: ({ name }) => name },
  { title: 'With a statement', of: ({ statements }) => describeRate(statements), number: true },
  ...motionNumbers.map((number) => ({
    title: `AUC: ${numberNames[number]}`,
    of: ({ areas }: (typeof rows)[number]) => (areas ? describeArea(areas[number]) : ''),
    number: true,
  })),
  { title: 'No statement because', of: describeReasons },
])}`;
}

/** `few-corners 12, one-frame 1`; the most frequent first. */
export const describeReasons = ({ reasons }: MotionFigures): string =>
  Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
