/**
 * The element's style sheet. Contrast ratios by WCAG 2: text on the dialog at least 12:1, hints on their background 9:1, borders
 * and the guide's line at least 4.5:1.
 */
export const styles = `
:host{display:inline-block;font:1rem/1.4 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;--idlive-accent:#8ab4ff;--idlive-on-accent:#0d1b33}
:host([hidden]){display:none}
*{box-sizing:border-box}
[hidden]{display:none!important}
button,select{font:inherit;color:inherit;min-height:2.75rem;border-radius:.6rem;cursor:pointer}
button{padding:.5rem 1.25rem;font-weight:600;border:2px solid transparent}
:focus-visible{outline:3px solid #ffd54a;outline-offset:2px}
.start{color:#fff;background:#1a56b0;border-color:#1a56b0}
.start:hover{background:#15468f}
.start:focus-visible{outline-color:#1a56b0}
dialog{position:fixed;inset:0;width:100vw;height:100vh;height:100dvh;max-width:none;max-height:none;margin:0;padding:0;border:0;color:#f4f6fa;background:#12161d;color-scheme:dark;overflow:auto}
dialog::backdrop{background:rgb(0 0 0/.72)}
dialog:focus{outline:0}
.layout{display:grid;grid-template:"head" auto "stage" minmax(12rem,1fr) "foot" auto/minmax(0,1fr);min-height:100%;height:100%}
header{grid-area:head;display:flex;align-items:center;justify-content:space-between;gap:1rem;padding:max(.5rem,env(safe-area-inset-top)) .5rem .5rem 1rem}
h2{margin:0;font-size:1.15rem;line-height:1.3}
.close{display:grid;place-items:center;width:2.75rem;padding:0;background:transparent}
.close:hover{background:#2a313d}
.stage{grid-area:stage;position:relative;overflow:hidden;background:#0a0d12;display:grid}
video,.photo,.guide{position:absolute;inset:0;width:100%;height:100%}
video,.photo{object-fit:cover}
.mirrored{transform:scaleX(-1)}
.stale video{filter:grayscale(1) brightness(.4)}
.guide .veil{fill:rgb(8 11 16/.62)}
.guide .line{fill:none;stroke:#f4f6fa;stroke-width:4}
.guide .progress{fill:none;stroke:#4ade80;stroke-width:8;stroke-linecap:round;stroke-dasharray:0 100;transition:stroke-dasharray .15s linear}
.good .guide .line{stroke:#4ade80}
.hint{position:absolute;inset:auto 0 .75rem;margin:0 auto;width:fit-content;max-width:calc(100% - 1.5rem);padding:.45rem 1rem;border-radius:1.4rem;background:rgb(10 13 18/.88);color:#fff;font-size:1.1rem;font-weight:600;text-align:center}
.hint.good{background:#0d5c2c}
.hint:empty{visibility:hidden}
.notice{grid-area:1/1;align-self:center;justify-self:center;z-index:1;max-width:30rem;padding:1.5rem;text-align:center}
.notice h3{margin:.75rem 0 .5rem;font-size:1.3rem;line-height:1.3}
.notice p{margin:0}
.notice svg{display:block;margin:0 auto;width:3.5rem;height:3.5rem;fill:none;stroke:#ffb4a8;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.waiting{grid-area:1/1;place-self:center;z-index:1;width:3rem;height:3rem;border:4px solid #3a4352;border-top-color:var(--idlive-accent);border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
footer{grid-area:foot;display:flex;flex-wrap:wrap;align-items:end;justify-content:center;gap:.75rem;padding:.75rem 1rem max(.75rem,env(safe-area-inset-bottom));min-height:4.5rem}
.cameras{display:grid;gap:.15rem;flex:1 1 10rem;max-width:20rem;font-size:.9rem}
select{width:100%;padding:.4rem .6rem;background:#1d232e;border:1px solid #8b95a7;text-overflow:ellipsis}
.shutter,.retry,.play,.done{flex:0 1 auto;color:var(--idlive-on-accent);background:var(--idlive-accent);border-color:var(--idlive-accent)}
.shutter:hover,.retry:hover,.play:hover,.done:hover{background:#a9c8ff}
.again{background:transparent;border-color:#8b95a7}
.again:hover{background:#2a313d}
@media (min-width:48rem) and (min-height:36rem){
dialog{inset:0;margin:auto;width:min(56rem,92vw);height:min(46rem,92vh);border-radius:1rem;overflow:hidden auto}
}
@media (max-height:30rem) and (orientation:landscape){
.layout{grid-template:"stage head" auto "stage foot" 1fr/minmax(0,1fr) 15rem}
footer{flex-direction:column;align-items:stretch;justify-content:end;flex-wrap:nowrap}
.cameras{flex:0 0 auto}
.hint{inset:auto 0 .35rem;padding:.25rem .75rem;font-size:.95rem}
}
@media (prefers-reduced-motion:reduce){
.guide .progress{transition:none}
.waiting{animation:none;border-color:var(--idlive-accent)}
}
@media (forced-colors:active){
.hint,.notice{border:1px solid CanvasText}
.guide .line{stroke:CanvasText}
}
`;
