/**
 * Conversions of JSON scalars as Jackson does them by default, to the types of the vendor's entity. Each returns `null` for what
 * Jackson reads as null, and `undefined` for what it refuses.
 */
export type Coerce<T> = (value: unknown, written: string | undefined) => T | null | undefined;

/** Empty text, and the word `null`, are null for every type but text. */
const isNullText = (text: string): boolean => text === '' || text === 'null';

/** `java.lang.Boolean`: also texts, and integers, of which only 0 is false. */
const toFlag: Coerce<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value !== 0 : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (isNullText(text)) return null;
  if (['true', 'True', 'TRUE'].includes(text)) return true;
  return ['false', 'False', 'FALSE'].includes(text) ? false : undefined;
};

/** Java's decimal literals, with the suffixes of float and double. */
const decimal = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)[df]?$/i;

/** `java.lang.Double`: also texts. Unlike Jackson, it refuses NaN and infinities, which no JSON answer could contain. */
const toNumber: Coerce<number> = (value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (isNullText(text)) return null;
  const number = Number(decimal.exec(text)?.[1] ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
};

/** `java.lang.String`: any scalar. A number is taken as it was written. */
const toText: Coerce<string> = (value, written) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return written ?? String(value);
  return typeof value === 'boolean' ? String(value) : undefined;
};

/** The conversion to each kind of field. */
export const coercions = { flag: toFlag, number: toNumber, text: toText } as const;
