import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

// These colours are visible on light and dark backgrounds; text and rules use the page's text colour.
export const wantedColour = '#1f9e89';
export const unwantedColour = '#e4572e';
/** Pixels; two plots fit side by side on a page. */
export const plotWidth = 410;
const text = { labelColor: 'currentColor', titleColor: 'currentColor' };
/** Vega-Lite configuration shared by all plots. */
export const plotStyle = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: 'currentColor', strokeOpacity: 0.25 },
  axis: {
    ...text,
    gridColor: 'currentColor',
    gridOpacity: 0.12,
    domainColor: 'currentColor',
    domainOpacity: 0.4,
    tickColor: 'currentColor',
    tickOpacity: 0.4,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal' as const,
  },
  legend: { ...text, labelFontSize: 12, labelLimit: 320, titleFontSize: 12, symbolStrokeWidth: 3 },
  header: { ...text, labelFontSize: 12 },
};

/** Draws a plot as SVG. @param spec a Vega-Lite specification; Vega-Lite's own type rejects arrays built from shared parts */
export async function drawPlot(spec: object): Promise<string> {
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
