/** Size limits of a pack. A pack beyond them is rejected before it is read. */
export const packLimits = {
  /** bytes of one network */
  networkBytes: 256 * 1024 * 1024,
  /** bytes of an archive, compressed and uncompressed */
  archiveBytes: 512 * 1024 * 1024,
  /** bytes of pack.json, and of a licence file */
  textBytes: 1024 * 1024,
  /** files in an archive */
  archiveFiles: 64,
  /** milliseconds for downloading an archive or a file */
  fetchMs: 600_000,
  /** milliseconds without data after which the download of a file is given up */
  stallMs: 20_000,
  /** how often the download of a file is tried */
  attempts: 3,
  /** milliseconds before the second attempt; each further pause is longer by the same time */
  pauseMs: 1000,
} as const;

export type PackLimits = { readonly [Name in keyof typeof packLimits]: number };

/** File name of the description within a pack. */
export const descriptionFile = 'pack.json';
/** Licence files that are kept with a pack if present. */
export const textFiles = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'LICENCE', 'NOTICE', 'NOTICE.txt'] as const;
