import { createHash } from 'node:crypto';
import { ArchiveError, parseLine, readArchive } from './archive-file.js';
import type { AuditLog } from './audit-log.js';
import type { StoredReceipt } from './stored-receipts.js';

/** The kind of archive, in its first line. */
const KIND = 'erasure-receipts';

/**
 * The lines of an archive of receipts: a header, one receipt per line, and an end with their number and an HMAC by the audit key, so
 * that no receipt can be removed from the file unseen.
 */
export async function* receiptLines(log: AuditLog, receipts: AsyncIterable<StoredReceipt>): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const hashed = (line: string): string => {
    hash.update(`${line}\n`);
    return line;
  };
  yield hashed(JSON.stringify({ triface: KIND, version: 1, createdAt: new Date(log.now()).toISOString() }));
  let count = 0;
  for await (const { id, companyId, receipt, createdAt } of receipts) {
    count += 1;
    yield hashed(JSON.stringify({ id, companyId, receipt, createdAt }));
  }
  yield JSON.stringify({ end: count, mac: macOf(log, count, hash.digest('hex')) });
}

/**
 * Reads the receipts of an archive. Their signatures are not verified.
 * @param onEnd called after the last line with the SHA-256 of the file, in hexadecimal
 * @throws ArchiveError if the file is not an archive of receipts; after the last receipt, if some are missing, were changed, or were
 *   written by another installation
 */
export async function* readReceiptArchive(
  path: string,
  log: AuditLog,
  onEnd?: (sha256: string) => void,
): AsyncGenerator<StoredReceipt> {
  const hash = createHash('sha256');
  let lines = 0;
  let isWhole = false;
  for await (const line of readArchive(path, onEnd)) {
    const value = parseLine(path, line);
    if (lines === 0 && value.triface !== KIND) throw new ArchiveError(`${path} is not an archive of receipts of erasure`);
    if (lines === 0 && value.version !== 1)
      throw new ArchiveError(`${path} was written by a newer release of Triface: use that release`);
    // A line after the end is one too many.
    isWhole = value.end === lines - 1 && value.mac === macOf(log, lines - 1, hash.copy().digest('hex'));
    if (lines > 0 && value.end === undefined) yield value as unknown as StoredReceipt;
    hash.update(`${line}\n`);
    lines += 1;
  }
  if (!isWhole)
    throw new ArchiveError(
      `${path} is not whole: receipts are missing or were changed, or it is of another installation (its end was not written with keys/audit-secret of this data directory). Restore it from another copy`,
    );
}

const macOf = (log: AuditLog, count: number, sha256: string): string => log.seal([KIND, count, sha256]);
