import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

// Every colour is seen on light and on dark paper; text and rules take the colour of the page's text.
export const wantedColour = '#1f9e89';
export const unwantedColour = '#e4572e';
/** So that two stand side by side on a page. */
export const plotWidth = 410;
const text = { labelColor: 'currentColor', titleColor: 'currentColor' };
/** Vega-Lite's, for every plot. */
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

/** Draws a plot as SVG. @param spec Vega-Lite's; its types take no arrays that are built from shared parts */
export async function drawPlot(spec: object): Promise<string> {
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
