import { describeRate, percent, describeRatePlainly as rate } from './describe-numbers.js';
import { type Column, Html, html, table } from './html-page.js';
import { type Outcome, type OutcomeReport, type OutcomeShares, outcomes } from './outcome.js';

/** What the outcomes are called in reports. */
export const outcomeNames: Record<Outcome, string> = {
  accepted: 'accepted',
  attack: 'rejected as attack',
  'asked-again': 'asked again',
  refused: 'refused for a condition',
  'no-response': 'no response',
};

/** A smaller part of a bar has no room for its number, per cent. */
const leastLabelled = 5;

/** Outcomes by species and by kind, as bars and as tables with intervals. */
export const outcomeTables = (report: OutcomeReport): Html => {
  const attacks = [...report.species, ...(report.species.length > 1 ? [report.attack] : [])];
  const bonaFide = [...report.bonaFideKinds, report.bonaFide];
  return html`<div class="bars">${legend}${[...attacks, ...bonaFide].filter(({ presentations }) => presentations > 0).map(bar)}</div>
${outcomeTable('Attack species', attacks)}
${outcomeTable('Bona fide', bonaFide)}`;
};

/** Outcomes by source; empty if no source was given. */
export const outcomesBySource = ({ sources }: OutcomeReport): Html => {
  if (sources.length === 0) return html``;
  type Row = OutcomeReport['sources'][number];
  const column = (title: string, label: 'attack' | 'bonaFide', outcome: Outcome): Column<Row> => ({
    title,
    of: (row) => describeRate(row[label].shares[outcome]),
    number: true,
  });
  return html`<h3>Whole verdict</h3>
${table(sources, [
  { title: 'Source', of: ({ source }) => source || 'unspecified' },
  column('Attacks accepted', 'attack', 'accepted'),
  column('asked again', 'attack', 'asked-again'),
  column('Bona fide accepted', 'bonaFide', 'accepted'),
  column('asked again', 'bonaFide', 'asked-again'),
  column('rejected as attack', 'bonaFide', 'attack'),
])}`;
};

/** The outcomes for the terminal. */
export function outcomeLines({ species, attack, bonaFide }: OutcomeReport): string[] {
  const line = ({ name, shares }: OutcomeShares): string =>
    `  ${name}: ${outcomes
      .filter((outcome) => outcome === 'accepted' || outcome === 'asked-again' || shares[outcome].count > 0)
      .map((outcome) => `${outcomeNames[outcome]} ${rate(shares[outcome])}`)
      .join(', ')}`;
  const shown = [...species, ...(species.length === 1 ? [] : [attack]), bonaFide].filter(
    ({ presentations }) => presentations > 0,
  );
  return ['Whole verdict, of all presentations:', ...shown.map(line)];
}

const outcomeTable = (title: string, rows: readonly OutcomeShares[]): Html =>
  table(rows, [
    { title, of: ({ name }) => name || 'unspecified' },
    ...outcomes.map(
      (outcome): Column<OutcomeShares> => ({
        title: capitalise(outcomeNames[outcome]),
        of: ({ shares }) => describeRate(shares[outcome]),
        number: true,
      }),
    ),
  ]);

const legend = html`<div class="legend">${outcomes.map((outcome) => html`<span><i class="o-${outcome}"></i>${outcomeNames[outcome]}</span>`)}</div>`;

function bar({ name, presentations, shares }: OutcomeShares): Html {
  const parts = outcomes.filter((outcome) => shares[outcome].count > 0);
  const words = parts.map((outcome) => `${outcomeNames[outcome]} ${percent(shares[outcome].value)}`).join(', ');
  return html`<div class="row"><span>${name || 'unspecified'} <span class="soft">${presentations}</span></span>
<div class="bar" role="img" aria-label="${words}" title="${words}">${parts.map((outcome) => segment(outcome, shares[outcome].value! * 100))}</div></div>`;
}

const segment = (outcome: Outcome, share: number): Html =>
  html`<i class="o-${outcome}" style="width:${share.toFixed(2)}%">${share >= leastLabelled ? new Html(`${share.toFixed(0)} %`) : ''}</i>`;

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
