/** Line lengths in which encoders wrap base64 have at most this many characters. */
const longestLine = 1024;

/**
 * Removes the white space of base64, and restores each `+` that became a space because the text was sent through a form decoder.
 * Spaces are white space if they wrap the text in lines of one length, and a `+` otherwise.
 */
export function restoreBase64(text: string): string {
  const body = text.trim();
  if (!/\s/.test(body)) return body;
  if (!body.includes(' ') || isWrapped(body)) return body.replace(/\s+/g, '');
  return body.replace(/[^\S ]+/g, '').replaceAll(' ', '+');
}

/** Whether all words but the last have the same length, which is a whole number of groups of four characters. */
function isWrapped(body: string): boolean {
  const length = body.search(/\s/);
  if (length % 4 !== 0 || length > longestLine) return false;
  const word = /(\S+)\s*/y;
  while (word.lastIndex < body.length) {
    const [, { length: found } = ''] = word.exec(body) ?? [];
    const isLast = word.lastIndex === body.length;
    if (isLast ? found > length : found !== length) return false;
  }
  return true;
}
