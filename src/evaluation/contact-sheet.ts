import { describeScore } from './describe-numbers.js';
import { type Html, html, table } from './html-page.js';
import type { ListedError } from './listed-errors.js';
import type { LivenessReport } from './liveness-report.js';

/** The data URL of a picture's thumbnail, or undefined. */
export type Thumbnail = (path: string) => string | undefined;

/**
 * The worst errors, the worst of each kind first.
 * @param thumbnail given only if the operator asked for faces in the report: the errors are then shown as contact sheets instead
 *   of tables
 */
export function errorLists(
  { errors, outcomes }: Pick<LivenessReport, 'errors' | 'outcomes'>,
  thumbnail: Thumbnail | undefined,
): Html {
  const { attack, bonaFide } = outcomes;
  const list = (title: string, rows: readonly ListedError[], total: number): Html =>
    html`<h3>${title}${rows.length > 0 ? html` <span class="soft">${rows.length < total ? `${rows.length} of ${total}` : total}</span>` : ''}</h3>${
      rows.length === 0 ? html`<p class="soft">none</p>` : thumbnail ? sheet(rows, thumbnail) : errorTable(rows)
    }`;
  const unmeasured = attack.shares['no-response'].count + bonaFide.shares['no-response'].count;
  return html`<h2>Worst errors</h2>
${list('Attacks accepted, highest score first', errors.acceptedAttacks, attack.shares.accepted.count)}
${list('Bona fide presentations rejected as attacks, lowest score first', errors.rejectedBonaFide, bonaFide.shares.attack.count)}
${list('Bona fide presentations asked again, lowest score first', errors.askedAgainBonaFide, bonaFide.shares['asked-again'].count)}
${list('Bona fide presentations refused for a condition, highest score first', errors.refusedBonaFide, bonaFide.shares.refused.count)}
${list('Files that could not be measured', errors.unmeasured, unmeasured)}`;
}

const errorTable = (rows: readonly ListedError[]): Html =>
  table(rows, [
    { title: 'Picture', of: ({ path }) => html`<code>${path}</code>` },
    { title: 'Species', of: ({ species }) => species },
    { title: 'Score', of: ({ score }) => describeScore(score), number: true },
    { title: 'Judgeability', of: ({ judgeability }) => describeJudgeability(judgeability), number: true },
    { title: 'Findings', of: ({ findings, reason }) => reason ?? findings.join(', ') },
  ]);

/** Small pictures with captions, in reading order. */
const sheet = (rows: readonly ListedError[], thumbnail: Thumbnail): Html =>
  html`<div class="sheet">${rows.map(({ path, species, score, judgeability, findings, reason }) =>
    card(path, thumbnail, [
      html`<b>score ${describeScore(score)}</b>${species === '' ? '' : ` ${species}`}`,
      ...(judgeability === null ? [] : [html`judgeability ${describeJudgeability(judgeability)}`]),
      ...(reason === undefined && findings.length === 0 ? [] : [html`${reason ?? findings.join(', ')}`]),
    ]),
  )}</div>`;

/** One picture of a contact sheet with its caption. */
export function card(path: string, thumbnail: Thumbnail, lines: readonly Html[]): Html {
  const url = thumbnail(path);
  const picture = url === undefined ? html`<span class="missing">no picture</span>` : html`<img src="${url}" alt="">`;
  return html`<figure>${picture}<figcaption>${lines.map((line) => html`<span>${line}</span>`)}<code>${path}</code></figcaption></figure>`;
}

const describeJudgeability = (value: number | null): string => value?.toFixed(2) ?? '–';
