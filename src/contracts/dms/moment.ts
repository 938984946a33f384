import { unconvertible } from './errors.js';

const DAY_MS = 86_400_000;
// A `+` that was not escaped arrives as a space.
const pattern = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(?:(Z)|([+ -])(\d{2}):?(\d{2})))?$/i;

/**
 * Parses a time parameter to epoch milliseconds: a date-time with an offset, or a date, which means the whole day (UTC).
 * @param isEnd whether a date means its last millisecond instead of its first
 * @throws SpringError 400
 */
export function readMoment(name: string, text: string, isEnd: boolean): number {
  const [, date, time = '00:00', fraction = '', , sign, hours = '0', minutes = '0'] = pattern.exec(text) ?? [];
  const day = date ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  const clock = Date.parse(`1970-01-01T${time}Z`);
  // Date.parse accepts the 30th of February as a day in March.
  const isDay = Number.isFinite(day) && new Date(day).toISOString().startsWith(date!);
  if (!isDay || !(clock < DAY_MS) || Number(hours) > 18 || Number(minutes) > 59) throw unconvertible(name, text);
  if (date === text) return isEnd ? day + DAY_MS - 1 : day;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return day + clock + Math.floor(Number(`0.${fraction || 0}`) * 1000) - offset;
}

/** Epoch milliseconds as Spring's Jackson prints a LocalDateTime: UTC, without a zone, for example 2026-11-22T06:40:06.123000. */
export const toLocalDateTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('Z', '000');
