import { Html, html } from './html-page.js';
import type { Rate } from './rate.js';

/** 0.0123 → `1.2 %`; null → a dash. */
export const percent = (value: number | null, digits = 1): string =>
  value === null ? '–' : `${(value * 100).toFixed(digits)} %`;

/** `1.2 % 3/250, 0.4–3.5 %`: rate, counts and interval. */
export const describeRate = (rate: Rate): Html =>
  rate.value === null
    ? new Html('–')
    : html`${percent(rate.value)} <span class="soft">${rate.count}/${rate.of}, ${describeInterval(rate.low!, rate.high!)}</span>`;

/** As `describeRate`, in plain text. */
export const describeRatePlainly = (rate: Rate): string =>
  rate.value === null ? '–' : `${percent(rate.value)} (${rate.count}/${rate.of}, ${describeInterval(rate.low!, rate.high!)})`;

/** `0.3–4.5 %` */
export const describeInterval = (low: number, high: number): string => `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)} %`;

/** `+1.2`, `−0.3`, `0.0`: a difference with a true minus, and without a sign on zero. */
export function describeSigned(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : value > 0 ? `+${text}` : text.replace('-', '−');
}

/** A score or threshold with enough digits to distinguish it from its neighbours. */
export const describeScore = (score: number | null): string =>
  score === null
    ? '–'
    : Number.isInteger(score)
      ? String(score)
      : String(Number(score.toFixed(score > 0.99 ? 6 : 4)) || score.toExponential(1));

/** `shipped*1 facenox@98.20*0.3` */
export const describeWeights = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([model, weight]) => `${model}*${weight}`)
    .join(' ');
