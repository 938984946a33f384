/** A container format that is accepted. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif';

const starts: Readonly<Record<PictureFormat, (bytes: Uint8Array) => boolean>> = {
  jpeg: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff,
  png: (b) => ascii(b, 1, 'PNG\r\n') && b[0] === 0x89,
  webp: (b) => ascii(b, 0, 'RIFF') && ascii(b, 8, 'WEBP'),
  gif: (b) => ascii(b, 0, 'GIF8'),
};

/** Whether these characters stand at a place. */
export function ascii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Detects an accepted container format from the first bytes, regardless of file name and declared type. */
export const sniffFormat = (bytes: Uint8Array): PictureFormat | undefined =>
  (Object.keys(starts) as PictureFormat[]).find((format) => starts[format](bytes));
