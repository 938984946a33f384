import { checkWellFormed } from './decode-text.js';

/** The values that text fields may have in JSON, as the text that was sent. */
export type JsonTexts = ReadonlyMap<string, string>;

/**
 * The numbers among the members of a JSON object, as written: as a JavaScript number, 110101199003074514 loses its last digits.
 * @param json valid JSON
 * @returns texts by name, of the members that are numbers; empty if `json` is not an object
 */
export function findNumbers(json: string): JsonTexts {
  const numbers = new Map<string, string>();
  if (!/^\s*\{/.test(json)) return numbers;
  let depth = 0;
  let string = '';
  let name: string | undefined;
  for (let at = 0; at < json.length; at++) {
    const character = json[at]!;
    if (character === '"') {
      const end = endOfString(json, at);
      if (depth === 1 && name === undefined) string = json.slice(at, end);
      at = end - 1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (depth !== 1) continue;
    else if (character === ':') {
      name = JSON.parse(string) as string;
      // If a name is sent twice, the last value counts.
      numbers.delete(name);
    } else if (character === ',') name = undefined;
    else if (name !== undefined && /[-\d]/.test(character)) {
      const number = /[-+.\deE]+/y;
      number.lastIndex = at;
      const [text] = number.exec(json)!;
      numbers.set(name, text);
      at += text.length - 1;
    }
  }
  return numbers;
}

/** @returns the position after the closing quote of the string that begins at `start` */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
}

/**
 * The text of a form part of type `application/json`: of a string its value, of everything else its source. A number keeps all
 * its digits.
 * @returns undefined for null
 * @throws SyntaxError, or FormError `bad-text`
 */
export function readJsonText(source: string, field: string): string | undefined {
  const value: unknown = JSON.parse(source);
  if (value === null) return undefined;
  if (typeof value !== 'string') return source.trim();
  checkWellFormed(value, field);
  return value;
}

/**
 * Checks the texts of parsed JSON, at any depth.
 * @throws FormError `bad-text` with the name of the member
 */
export function checkTexts(value: unknown, field?: string): void {
  const pending: { readonly value: unknown; readonly field: string | undefined }[] = [{ value, field }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (typeof next.value === 'string') checkWellFormed(next.value, next.field);
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [name, member] of Object.entries(next.value)) {
      checkWellFormed(name);
      pending.push({ value: member, field: next.field ?? (Array.isArray(next.value) ? undefined : name) });
    }
  }
}
