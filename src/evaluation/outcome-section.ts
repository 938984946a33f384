import { describeRate, percent, describeRatePlainly as rate } from './describe-numbers.js';
import { type Column, Html, html, table } from './html-page.js';
import { type Outcome, type OutcomeReport, type OutcomeShares, outcomes } from './outcome.js';

/** What the outcomes are called in reports. */
export const outcomeNames: Record<Outcome, string> = {
  accepted: 'accepted',
  attack: 'rejected as attack',
  'asked-again': 'asked again',
  refused: 'refused (condition)',
  'no-response': 'no response',
};

/** A smaller part of a bar has no room for its number, per cent. */
const leastLabelled = 5;

/** Outcomes by species and by kind, as bars and as tables with intervals. */
export const outcomeTables = (report: OutcomeReport): Html => {
  const attacks = [...report.species, ...(report.species.length > 1 ? [report.attack] : [])];
  const bonaFide = [...report.bonaFideKinds, report.bonaFide];
  return html`<div class="bars">${legend}${bars('Attacks: none should be accepted', attacks)}${bars('Bona fide: all should be accepted', bonaFide)}</div>
${outcomeTable('Attack species', attacks)}
${outcomeTable('Bona fide', bonaFide)}`;
};

/** Outcomes by source; empty if no source was given. */
export const outcomesBySource = ({ sources }: OutcomeReport): Html => {
  const rows = (label: 'attack' | 'bonaFide'): OutcomeShares[] =>
    sources.map((row) => ({ ...row[label], name: row.source })).filter(({ presentations }) => presentations > 0);
  return sources.length === 0
    ? html``
    : html`<h3>Whole verdict, attacks</h3>${outcomeTable('Source', rows('attack'))}
<h3>Whole verdict, bona fide</h3>${outcomeTable('Source', rows('bonaFide'))}`;
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

function outcomeTable(title: string, rows: readonly OutcomeShares[]): Html {
  // Few sets contain files that cannot be measured.
  const shown = outcomes.filter((outcome) => outcome !== 'no-response' || rows.some(({ shares }) => shares[outcome].count > 0));
  return table(rows, [
    { title, of: ({ name }) => name || 'unspecified' },
    ...shown.map(
      (outcome): Column<OutcomeShares> => ({
        title: capitalise(outcomeNames[outcome]),
        of: ({ shares }) => describeRate(shares[outcome]),
        number: true,
      }),
    ),
  ]);
}

const legend = html`<div class="legend">${outcomes.map((outcome) => html`<span><i class="o-${outcome}"></i>${outcomeNames[outcome]}</span>`)}</div>`;

function bars(title: string, rows: readonly OutcomeShares[]): Html {
  const shown = rows.filter(({ presentations }) => presentations > 0);
  return shown.length === 0 ? html`` : html`<h3>${title}</h3>${shown.map(bar)}`;
}

function bar({ name, presentations, shares }: OutcomeShares): Html {
  const parts = outcomes.filter((outcome) => shares[outcome].count > 0);
  const words = parts.map((outcome) => `${outcomeNames[outcome]} ${percent(shares[outcome].value)}`).join(', ');
  return html`<div class="row"><span>${name || 'unspecified'} <span class="soft">${presentations}</span></span>
<div class="bar" role="img" aria-label="${words}" title="${words}">${parts.map((outcome) => segment(outcome, shares[outcome].value! * 100))}</div></div>`;
}

const segment = (outcome: Outcome, share: number): Html =>
  html`<i class="o-${outcome}" style="width:${share.toFixed(2)}%">${share >= leastLabelled ? new Html(`${share.toFixed(0)} %`) : ''}</i>`;

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
