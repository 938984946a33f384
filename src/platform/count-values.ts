import { FormError } from './form-error.js';

/** Values of a JSON body, at any depth. No operation takes more than a few dozen. */
const MAX_JSON_VALUES = 10_000;
/** Fields of an urlencoded body. */
const MAX_PAIRS = 1000;

/**
 * Refuses JSON with very many values, or very deep, before it is parsed: each costs a thousand times what its bytes cost, on the thread
 * that serves everybody. Commas and brackets inside of strings count as well.
 * @throws FormError `too-large`
 */
export function limitJsonValues(bytes: Uint8Array): void {
  if (countMarks(bytes, ',[{', MAX_JSON_VALUES) > MAX_JSON_VALUES) throw tooMany(MAX_JSON_VALUES);
}

/** Likewise for `application/x-www-form-urlencoded`. @throws FormError `too-large` */
export function limitPairs(bytes: Uint8Array): void {
  if (countMarks(bytes, '&', MAX_PAIRS) >= MAX_PAIRS) throw tooMany(MAX_PAIRS);
}

/** @returns how often any of the characters occurs, or a number above `enough` */
function countMarks(bytes: Uint8Array, characters: string, enough: number): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (const character of characters)
    for (let at = buffer.indexOf(character); at >= 0 && count <= enough; at = buffer.indexOf(character, at + 1)) count++;
  return count;
}

const tooMany = (most: number): FormError => new FormError('too-large', `the body has more than ${most} values`);
