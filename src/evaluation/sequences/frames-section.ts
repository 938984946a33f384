import { type Html, html, table } from '../html-page.js';
import type { Spread } from './sequence-facts.js';
import type { SequenceReport } from './sequence-report.js';

/** Frames and times of the sequences, with a warning if the labels differ in their times. */
export function framesSection(report: SequenceReport): Html {
  const { times } = report;
  const rows = [
    { name: 'bona fide', of: times.bonaFide },
    { name: 'attacks', of: times.attack },
  ];
  return html`<h2>Frames</h2>
${frameNotes(report).map((note) => html`<p>${note}</p>`)}
${table(rows, [
  { title: 'Sequences', of: ({ name }) => name },
  { title: 'First to last frame', of: ({ of }) => (of ? describeSpread(of.span) : '–'), number: true },
  { title: 'Between frames', of: ({ of }) => (of ? describeSpread(of.spacing) : '–'), number: true },
])}`;
}

/** What the reader must know about the frames, in plain sentences; the first one is always there. */
export function frameNotes({ frames, times }: Pick<SequenceReport, 'frames' | 'times'>): string[] {
  const { given, most, spacing, shortened, single } = frames;
  const { bonaFide, attack, differ } = times;
  return [
    `The table has ${given.least === given.most ? given.least : `${given.least} to ${given.most}`} frames per sequence; at most ${most} are analysed, as of a capture packet.`,
    ...(shortened > 0
      ? [
          `${shortened} sequences have more frames: of these, the last one and those nearest to ${spacing}, ${2 * spacing} and ${3 * spacing} ms before it are analysed.`,
        ]
      : []),
    ...(single > 0 ? [`${single} sequences have one frame, so that their score is that of the picture.`] : []),
    ...(differ
      ? [
          `Bona fide sequences and attacks were taken at different times: ${seconds(bonaFide!.span.median)} and ${seconds(attack!.span.median)} from first to last frame (medians), ${seconds(bonaFide!.spacing.median)} and ${seconds(attack!.spacing.median)} between frames. Part of the difference in motion may be due to this.`,
        ]
      : []),
  ];
}

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(2))} s`;

const describeSpread = ({ least, median, most }: Spread): Html =>
  html`${seconds(median)} <span class="soft">${seconds(least)}–${seconds(most)}</span>`;
