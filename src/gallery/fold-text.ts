const withoutMarks = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '');

/**
 * The text that searches are compared with: citizen id and name, without accents, in small letters. It is stored (`persons.search_text`), so
 * a change of this function needs a migration; what it leaves different in case is in {@link unfolded}.
 */
export const toSearchText = (...texts: readonly string[]): string => withoutMarks(texts.join(' ')).toLowerCase();

/** A searched text in the form in which case makes no difference: the full case folding of Unicode, without accents. */
export function foldSearch(text: string): string {
  // By capitals, which have no ß, and one letter for both σ and ς.
  const folded = withoutMarks(toSearchText(text).toUpperCase().toLowerCase());
  return folded.replaceAll('ς', 'σ');
}

/**
 * The letters that {@link toSearchText} leaves and {@link foldSearch} does not, with their folded form: ß, the Turkish ı, the final ς,
 * and variants of Cyrillic letters.
 */
export const unfolded: ReadonlyMap<string, string> = new Map(
  [...'ßıς\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88'].map((letter) => [letter, foldSearch(letter)]),
);
