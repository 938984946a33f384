/** Text that is already HTML and is not escaped again. */
export class Html {
  constructor(readonly text: string) {}
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeText = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c]!);

type Part = Html | string | number | undefined | readonly (Html | string)[];
const render = (part: Part): string => {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map(render).join('') : escapeText(String(part));
};

/** Template tag that escapes every value except Html. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.reduce((all, text, i) => all + text + (i < parts.length ? render(parts[i]) : ''), ''));

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Html | string | number;
  /** right-aligned */
  readonly number?: boolean;
}

export const table = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], caption?: string): Html => html`
<div class="wide"><table>${caption === undefined ? '' : html`<caption>${caption}</caption>`}
<thead><tr>${columns.map(({ title, number }) => html`<th${new Html(number ? ' class="n"' : '')}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map(({ of, number }) => html`<td${new Html(number ? ' class="n"' : '')}>${of(row)}</td>`)}</tr>`)}</tbody>
</table></div>`;

/** A headline figure with its name and a note. */
export interface Tile {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

export const tiles = (all: readonly Tile[]): Html => html`
<dl class="tiles">${all.map(({ name, value, note }) => html`<div><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`)}</dl>`;

/** A plot with a caption, which is also its text alternative. */
export const figure = (svg: string, caption: string): Html => html`
<figure role="img" aria-label="${caption}">${new Html(svg)}<figcaption>${caption}</figcaption></figure>`;

const style = `
:root { color-scheme: light dark; --ink: #1c2126; --soft: #5a646e; --paper: #fff; --line: #d9dee3; --tint: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa5b0; --paper: #15181b; --line: #343b42; --tint: #1e2327; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --tint: #f4f4f4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p { margin: .4rem 0; max-width: 46rem; } .soft, .note, caption, figcaption { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.7rem, 1fr)); gap: .6rem; margin: 1.2rem 0; }
.tiles div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .7rem; background: var(--tint); }
.tiles dt { color: var(--soft); font-size: .85rem; } .tiles dd { margin: 0; font-size: 1.45rem; font-weight: 600; }
.tiles dd.note { font-size: .8rem; font-weight: 400; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .6rem 0 1rem; min-width: 24rem; font-size: .9rem; }
caption { text-align: left; padding-bottom: .3rem; } th { text-align: left; font-weight: 600; }
th, td { padding: .28rem .9rem .28rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td.n .soft { font-size: .85em; }
td code, td:first-child { overflow-wrap: anywhere; } td:first-child { min-width: 6.5rem; } code { font-size: .92em; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; } figure { margin: .8rem 0; max-width: 100%; } .plots figure { flex: 0 1 30.5rem; }
figure svg { max-width: 100%; height: auto; } figcaption { font-size: .85rem; }
.bars { margin: .8rem 0 1.2rem; font-size: .9rem; } .bars h3 { font-size: .9rem; margin: .8rem 0 .2rem; } .bars .row { display: grid; grid-template-columns: 12rem 1fr; gap: .1rem .8rem; margin: .35rem 0; align-items: center; }
.bar { display: flex; height: 1.35rem; border-radius: .25rem; overflow: hidden; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.bar i { font-style: normal; font-size: .75rem; line-height: 1.35rem; text-align: center; overflow: hidden; white-space: nowrap; color: #111; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin-bottom: .5rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .4rem; vertical-align: -.08rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.o-accepted { background: #4cb5a3; } .o-attack { background: #ee8a71; } .o-asked-again { background: #f2cf5b; } .o-refused { background: #a9b4c0; } .o-no-response { background: #7c8894; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .9rem .7rem; margin: .6rem 0 1.2rem; }
.sheet figure { margin: 0; } .sheet img, .sheet .missing { width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--tint);
  border: 1px solid var(--line); border-radius: .3rem; display: flex; align-items: center; justify-content: center; color: var(--soft); }
.sheet figcaption { font-size: .75rem; line-height: 1.35; margin-top: .25rem; } .sheet figcaption > * { display: block; overflow-wrap: anywhere; }
.sheet b { color: var(--ink); } .sheet code { font-size: .7rem; }
@media (max-width: 36rem) { td.n .soft { display: block; } th { min-width: 4.5rem; } td:first-child, th:first-child { position: sticky; left: 0; background: var(--paper); } th.n { white-space: normal; } .bars .row { grid-template-columns: 1fr; } .sheet { grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); } }
@media print { body { padding: 0; font-size: 10.5pt; max-width: none; } h2 { break-after: avoid; } figure, tr, .tiles div { break-inside: avoid; }
  .wide { overflow: visible; } table { font-size: .8em; } td.n .soft { display: block; } .plots figure { flex: 0 1 47%; } .sheet { grid-template-columns: repeat(5, 1fr); } .bars .row { break-inside: avoid; } }
`;

/** A complete, self-contained page. Non-breaking spaces keep numbers and their per cent signs on one line. */
export const page = (title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>${new Html(style)}</style></head>
<body>${body}</body></html>
`.text.replace(/(\d) %/g, '$1\u00a0%');
