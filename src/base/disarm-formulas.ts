/**
 * The start of a cell, in a spreadsheet with any list separator (comma, semicolon, tab, bar, the Arabic ones) or with line ends
 * inside a text, and a character that makes it a formula. Blanks and quotation marks between the two are passed over, and the
 * full-width forms of the characters count, as they do for some spreadsheets.
 */
const formula = /(^|[,;\t|،؛\r\n\v\f\u0085\u2028\u2029])([\s"']*)(?=[=+\-@＝＋－＠])/gu;

/**
 * Text for a CSV file, without formulas: each character that would begin one gets an apostrophe before it.
 *
 * A spreadsheet whose list separator is not the file's divides the text at its own separator, whatever the file quotes. A tab or a
 * return at the start of the text gets an apostrophe, too: some spreadsheets pass over it.
 */
export const disarmFormulas = (text: string): string =>
  text.replace(formula, (_match, start: string, between: string) => `${start}${between}'`).replace(/^[\t\r]/, "'$&");
