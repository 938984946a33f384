import { describeInterval, describeRate, describeSigned, percent } from '../describe-numbers.js';
import { type Html, html } from '../html-page.js';
import type { Estimate, ResampledRate } from './score-figures.js';

/** `1.2 % 3/250, 0.4–3.5 %`, and below it the interval by client, if there is one. @param byClient whether to show it */
export const describeResampledRate = (rate: ResampledRate, byClient: boolean): Html =>
  rate.resampled && byClient
    ? html`${describeRate(rate)}<br><span class="soft">by client ${describeInterval(rate.resampled.low, rate.resampled.high)}</span>`
    : describeRate(rate);

/** `6.2 % 3.1–9.4 %`; null → a dash. */
export const describePercentage = (of: Estimate | null): Html =>
  of ? html`${percent(of.value)} <span class="soft">${describeInterval(of.low, of.high)}</span>` : html`–`;

/** `0.9876 0.9800–0.9931`; null → a dash. */
export const describeArea = (of: Estimate | null): Html =>
  of ? html`${of.value.toFixed(3)} <span class="soft">${of.low.toFixed(3)}–${of.high.toFixed(3)}</span>` : html`–`;

/** A difference in percentage points with its interval: `−4.1 (−7.5 to −0.2)`; null → a dash. */
export const describePoints = (of: Estimate | null): string => describeDifference(of, (value) => describeSigned(value * 100, 1));

/** The same for an AUC, in which a point would be misread. */
export const describeAreaDifference = (of: Estimate | null): string =>
  describeDifference(of, (value) => describeSigned(value, 3));

const describeDifference = (of: Estimate | null, show: (value: number) => string): string =>
  of ? `${show(of.value)} (${show(of.low)} to ${show(of.high)})` : '–';
