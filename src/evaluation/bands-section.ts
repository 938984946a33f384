import { describeInterval, describeRate, describeScore, percent } from './describe-numbers.js';
import { type Column, type Html, html, table } from './html-page.js';
import { type JudgeabilityBand, leastOfLabel } from './judgeability-bands.js';
import { describeTarget } from './report-frame.js';

const names = { falseAccept: 'APCER', falseReject: 'BPCER' };

/** The page section on judgeability; empty if the pictures have none. */
export function bandsSection(bands: readonly JudgeabilityBand[]): Html {
  if (bands.length === 0) return html``;
  const targets = bands[0]!.suggestions.map(({ target }) => target);
  const small = bands.filter(({ curve }) => curve === null);
  return html`<h2>Thresholds by judgeability</h2>
<p>The score alone, for pictures on which the models can rely more or less (size of the face, sharpness, noise, compression). In a band below
the policy's judgeability threshold, the whole verdict decides only clear scores and asks for another picture otherwise.</p>
${table(bands, [
  { title: 'Judgeability', of: describeBand },
  { title: 'Bona fide', of: ({ bonaFide }) => bonaFide, number: true },
  { title: 'Attacks', of: ({ attack }) => attack, number: true },
  {
    title: 'AUC',
    of: ({ curve }) => (curve ? withInterval(curve.area.toFixed(3), curve.intervals.area, (x) => x.toFixed(3)) : '–'),
    number: true,
  },
  {
    title: 'EER',
    of: ({ curve }) =>
      curve
        ? html`${percent(curve.equalError)} <span class="soft">${describeInterval(curve.intervals.equalError.low, curve.intervals.equalError.high)}</span>`
        : '–',
    number: true,
  },
  { title: 'APCER', of: ({ apcer }) => describeRate(apcer), number: true },
  { title: 'BPCER', of: ({ bpcer }) => describeRate(bpcer), number: true },
])}
${small.length > 0 ? html`<p class="soft">No curve and no threshold for ${small.map(describeBandPlainly).join(' and ')}: fewer than ${leastOfLabel} bona fide presentations or attacks.</p>` : html``}
${
  targets.length === 0
    ? html`<p class="soft">With <code>--target-apcer</code> or <code>--target-bpcer</code>, each band's own threshold is shown here.</p>`
    : targets.map((target, t) => thresholds(bands, t, describeTarget(target, names)))
}`;
}

const thresholds = (bands: readonly JudgeabilityBand[], t: number, title: string): Html => html`<h3>${title} in each band</h3>
${table(bands, [
  { title: 'Judgeability', of: describeBand },
  ...(
    [
      ['Threshold', 'threshold'],
      ['APCER', 'falseAccept'],
      ['BPCER', 'falseReject'],
    ] as const
  ).map(
    ([column, figure]): Column<JudgeabilityBand> => ({
      title: column,
      of: ({ suggestions }) => {
        const { found, enough, needed } = suggestions[t]!;
        if (!enough) return figure === 'threshold' ? html`<span class="soft">too few pictures: ${needed} needed</span>` : '–';
        if (!found) return figure === 'threshold' ? 'not reachable' : '–';
        return figure === 'threshold' ? describeScore(found.threshold) : describeRate(found[figure]);
      },
      number: true,
    }),
  ),
])}`;

/** The bands for the terminal. */
export function bandLines(bands: readonly JudgeabilityBand[]): string[] {
  if (bands.length === 0) return [];
  return [
    'By judgeability (score alone):',
    ...bands.map((band) => {
      const { curve, bonaFide, attack, apcer, bpcer, suggestions } = band;
      const found = suggestions.map(
        ({ target, found, enough }) =>
          `, ${describeTarget(target, names)}: ${found ? `threshold ${describeScore(found.threshold)}` : enough ? 'not reachable' : 'too few pictures'}`,
      );
      const figures = curve
        ? `AUC ${curve.area.toFixed(3)}, EER ${percent(curve.equalError)}`
        : `too few for a curve (at least ${leastOfLabel} of each)`;
      return `  ${describeBandPlainly(band)}: ${bonaFide} bona fide, ${attack} attacks; ${figures}, APCER ${percent(apcer.value)}, BPCER ${percent(bpcer.value)}${found.join('')}`;
    }),
  ];
}

const describeBandPlainly = ({ from, to }: JudgeabilityBand): string => `${describeScore(from)}–${describeScore(to)}`;

const describeBand = (band: JudgeabilityBand): Html =>
  html`${describeBandPlainly(band)}${band.below ? html` <span class="soft">below the policy's threshold</span>` : ''}`;

const withInterval = (text: string, { low, high }: { low: number; high: number }, show: (value: number) => string): Html =>
  html`${text} <span class="soft">${show(low)}–${show(high)}</span>`;
