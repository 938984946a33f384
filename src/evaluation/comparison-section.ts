import type { ComparedFigure } from './compared-figures.js';
import type { ComparedSide, Comparison, DifferingPicture, PictureResult } from './comparison.js';
import { card, type Thumbnail } from './contact-sheet.js';
import { describeRate, describeScore, describeSigned, percent } from './describe-numbers.js';
import { type Html, html, table } from './html-page.js';
import { outcomeNames } from './outcome-section.js';

/** The page section that compares two model sets or policies; empty if none was requested. */
export function comparisonSection(comparison: Comparison | null): Html {
  if (!comparison) return html``;
  const { a, b, figures, resampled } = comparison;
  const ofSpecies = figures.filter(({ species }) => species !== undefined);
  const hasInputs = a.input !== undefined || b.input !== undefined;
  return html`<h2>Comparison</h2>
${table(
  [
    { name: 'A', ...a },
    { name: 'B', ...b },
  ],
  [
    { title: 'Side', of: ({ name }) => html`<b>${name}</b>` },
    ...(hasInputs ? [{ title: 'Input', of: ({ input }: ComparedSide) => input ?? '' }] : []),
    { title: 'Models', of: ({ models }) => html`<code>${models}</code>` },
    { title: 'Policy', of: ({ policyVersion }) => policyVersion },
    { title: 'Threshold', of: ({ threshold }) => describeScore(threshold), number: true },
  ],
)}
${conclude(comparison).map((sentence) => html`<p><strong>${sentence}</strong></p>`)}
${figureTable(figures.filter(({ species }) => species === undefined))}
<p class="soft">AUC, EER, APCER and BPCER are those of the score alone; the other figures are shares of all presentations in the whole verdict. Rates have
95 % Wilson intervals; differences are percentage points with 95 % intervals by paired bootstrap: both sides on the same 1000 resamples${resampled === 'clients' ? ' of the clients' : ''}. <em>Only A / only
B</em>: presentations that one side counts and the other does not. A difference is <em>beyond chance</em> if its interval excludes 0 and, for rates, an exact
sign test of these presentations gives less than 5 %. Of twenty figures without a true difference, one may still look so.</p>
${ofSpecies.length > 0 ? html`<h3>Whole verdict by species</h3>${figureTable(ofSpecies)}` : html``}`;
}

const figureTable = (figures: readonly ComparedFigure[]): Html =>
  table(figures, [
    { title: 'Figure', of: nameOf },
    { title: 'A', of: (figure) => describeSide(figure, 'a'), number: true },
    { title: 'B', of: (figure) => describeSide(figure, 'b'), number: true },
    {
      title: 'B − A',
      of: (figure) => html`${describeDifference(figure)} <span class="soft">${describeRange(figure)}</span>`,
      number: true,
    },
    { title: 'Only A / only B', of: ({ changed }) => (changed ? `${changed.onlyA} / ${changed.onlyB}` : '–'), number: true },
    {
      title: 'Beyond chance',
      of: (figure) => (figure.beyondChance ? html`<b>${describeDirection(figure)}</b>` : 'no'),
    },
  ]);

/** The pictures on which the verdicts differ, the worst changes first; empty if no comparison was requested. */
export function differingPictures(comparison: Comparison | null, thumbnail: Thumbnail | undefined): Html {
  if (!comparison) return html``;
  const { differing, worse, better, pictures } = comparison;
  const other = differing.count - worse - better;
  const first = pictures.length < differing.count ? `; the first ${pictures.length} are shown` : '';
  return html`<h2>Different verdicts</h2>
<p>${differing.count} of ${differing.of} presentations: ${worse} worse with B, ${better} better${other > 0 ? `, ${other} neither` : ''}. The worst change is
first${first}.</p>
${pictures.length === 0 ? html`` : thumbnail ? sheet(pictures, thumbnail) : pictureTable(pictures)}`;
}

/** The comparison for the terminal. */
export function comparisonLines(comparison: Comparison | null): string[] {
  if (!comparison) return [];
  const { a, b, figures, differing, worse, better } = comparison;
  const line = (figure: ComparedFigure): string =>
    `  ${nameOf(figure)}: ${describeChange(figure)}, 95 %: ${describeRange(figure)}${figure.beyondChance ? `; ${describeDirection(figure)} beyond chance` : ''}`;
  return [
    '',
    `Comparison. A: ${describeSideBriefly(a)}; B: ${describeSideBriefly(b)}`,
    // The report shows every species.
    ...figures.filter(({ species, difference }) => species === undefined || difference.value !== 0).map(line),
    `Different verdicts: ${differing.count} of ${differing.of} presentations (${worse} worse with B, ${better} better)`,
    ...conclude(comparison),
  ];
}

const describeSideBriefly = ({ input, models, policyVersion }: ComparedSide): string => input ?? `${models}, ${policyVersion}`;

/** Presentations of each label below which the conclusion says how few they are. */
const leastForSmallDifferences = 100;

/** The figures that the conclusion is about. */
const isHeadline = ({ figure, label, species }: ComparedFigure): boolean =>
  species === undefined &&
  (figure === 'auc' || figure === 'eer' || figure === 'accepted' || (figure === 'asked-again' && label === 'bona-fide'));

/**
 * Plain sentences: whether the difference is beyond chance, and in what.
 * @internal exported for tests
 */
export function conclude({ figures, differing, presentations }: Comparison): string[] {
  const headlines = figures.filter(isHeadline);
  const isSame = differing.count === 0 && figures.every(({ difference }) => difference.value === 0);
  if (isSame) return ['A and B give every presentation the same verdict, and no figure differs.'];
  const sentence = (start: string, of: readonly ComparedFigure[]): string[] =>
    of.length === 0 ? [] : [`${start}: ${of.map((figure) => `${lower(nameOf(figure))} ${describeChange(figure)}`).join('; ')}.`];
  const certain = (direction: 'better' | 'worse'): ComparedFigure[] =>
    headlines.filter((figure) => figure.beyondChance && describeDirection(figure) === direction);
  return [
    ...sentence('B is better beyond chance', certain('better')),
    ...sentence('B is worse beyond chance', certain('worse')),
    ...sentence(
      'No difference beyond chance',
      headlines.filter(({ beyondChance }) => !beyondChance),
    ),
    ...(Math.min(presentations.bonaFide, presentations.attack) < leastForSmallDifferences
      ? [
          `With ${presentations.bonaFide} bona fide presentations and ${presentations.attack} attacks, only large differences can be beyond chance.`,
        ]
      : []),
  ];
}

const outcomeFigure = { accepted: 'accepted', 'asked-again': 'asked again', attack: 'rejected as attack' } as const;

function nameOf({ figure, label, species }: ComparedFigure): string {
  if (figure === 'auc' || figure === 'eer' || figure === 'apcer' || figure === 'bpcer') return figure.toUpperCase();
  const outcome = outcomeFigure[figure as keyof typeof outcomeFigure];
  return `${species ?? (label === 'attack' ? 'Attacks' : 'Bona fide')} ${outcome}`;
}

/** Within a sentence; abbreviations stay. */
const lower = (name: string): string => name.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

const describeValue = ({ figure }: ComparedFigure, value: number): string =>
  figure === 'auc' ? value.toFixed(4) : percent(value);

const describeSide = (figure: ComparedFigure, side: 'a' | 'b'): Html | string =>
  figure.rates ? describeRate(figure.rates[side]) : describeValue(figure, figure[side]);

const signed = ({ figure }: ComparedFigure, value: number): string =>
  figure === 'auc' ? describeSigned(value, 4) : describeSigned(value * 100, 1);

const describeDifference = (figure: ComparedFigure): string => signed(figure, figure.difference.value);

/** `0.4 % → 3.7 % (+3.3 points)` */
const describeChange = (figure: ComparedFigure): string =>
  `${describeValue(figure, figure.a)} → ${describeValue(figure, figure.b)} (${describeDifference(figure)}${figure.figure === 'auc' ? '' : ' points'})`;

/** The bootstrap cannot give an interval if no presentation differs. */
const describeRange = (figure: ComparedFigure): string =>
  figure.changed && figure.changed.onlyA + figure.changed.onlyB === 0
    ? 'none differs'
    : `${signed(figure, figure.difference.low)} to ${signed(figure, figure.difference.high)}`;

const describeDirection = ({ better, difference }: ComparedFigure): 'better' | 'worse' | 'different' =>
  better === 'neither' ? 'different' : difference.value > 0 === (better === 'higher') ? 'better' : 'worse';

const describeResult = ({ outcome, score, findings }: PictureResult): Html =>
  html`${outcome === 'refused' ? `refused, ${findings[0]}` : outcomeNames[outcome]} <span class="soft">${describeScore(score)}</span>`;

const pictureTable = (pictures: readonly DifferingPicture[]): Html =>
  table(pictures, [
    { title: 'Picture', of: ({ path }) => html`<code>${path}</code>` },
    { title: 'Label', of: ({ bonaFide, species }) => (bonaFide ? 'bona fide' : species) },
    { title: 'A', of: ({ a }) => describeResult(a) },
    { title: 'B', of: ({ b }) => describeResult(b) },
    { title: 'With B', of: ({ change }) => (change === 'other' ? 'neither' : change) },
  ]);

const sheet = (pictures: readonly DifferingPicture[], thumbnail: Thumbnail): Html =>
  html`<div class="sheet">${pictures.map(({ path, bonaFide, species, a, b, change }) =>
    card(path, thumbnail, [
      html`<b>${change === 'other' ? 'neither' : change}</b> ${bonaFide ? 'bona fide' : species}`,
      html`A: ${describeResult(a)}`,
      html`B: ${describeResult(b)}`,
    ]),
  )}</div>`;
