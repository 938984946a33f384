/** Bounds on what a pack may bring; past them it is refused before it is read. */
export const packLimits = {
  /** bytes of one network */
  networkBytes: 256 * 1024 * 1024,
  /** bytes of an archive as sent, and of all that is in it */
  archiveBytes: 512 * 1024 * 1024,
  /** bytes of pack.json and of the licence */
  textBytes: 1024 * 1024,
  /** files in an archive */
  archiveFiles: 64,
  /** milliseconds for fetching one */
  fetchMs: 600_000,
} as const;

export type PackLimits = { readonly [Name in keyof typeof packLimits]: number };

/** The description's name within a pack. */
export const descriptionFile = 'pack.json';
/** Texts that are kept with a pack when they are there. */
export const textFiles = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'LICENCE', 'NOTICE', 'NOTICE.txt'] as const;
