import { ArchiveError, parseLine, readArchive } from './archive-file.js';
import type { AuditLog, StoredRecord } from './audit-log.js';
import type { ChainPoint } from './audit-marks.js';
import { ChainBreak, ChainFollower, type ChainWitness } from './follow-chain.js';

/** The first line of an archive of audit records. One record per line follows. */
export interface AuditArchiveHeader {
  readonly triface: 'audit-archive';
  readonly version: 1;
  /** sequence of the first record */
  readonly first: number;
  readonly last: number;
  /** hash of the record before the first one of the file; empty if the file begins with record 1 */
  readonly hashBefore: string;
  readonly hashLast: string;
  /** ISO 8601, as the next */
  readonly firstAt: string;
  readonly lastAt: string;
  readonly createdAt: string;
  /** HMAC of the fields above by the audit key */
  readonly mac: string;
}

/** Adds the HMAC. */
export function sealHeader(log: AuditLog, header: Omit<AuditArchiveHeader, 'mac'>): AuditArchiveHeader {
  return { ...header, mac: macOf(log, header) };
}

const macOf = (log: AuditLog, header: Omit<AuditArchiveHeader, 'mac'>): string => {
  const { triface, version, first, last, hashBefore, hashLast, firstAt, lastAt, createdAt } = header;
  return log.seal([triface, version, first, last, hashBefore, hashLast, firstAt, lastAt, createdAt]);
};

/** A record as a line of an archive. */
export const recordLine = ({ sequence, happenedAt, companyId, actor, action, subject, detail, hash }: StoredRecord): string =>
  JSON.stringify({ sequence, happenedAt, companyId, actor, action, subject, detail, hash });

/**
 * Reads the first line of an archive.
 * @throws ArchiveError if the file is not an archive of audit records, or the header was not written with the key of `log`
 */
export async function readHeader(path: string, log: AuditLog): Promise<AuditArchiveHeader> {
  for await (const line of readArchive(path)) return parseHeader(path, line, log);
  throw new ArchiveError(`${path} is empty: it is not an archive. Delete it if an interrupted command has left it`);
}

function parseHeader(path: string, line: string, log: AuditLog): AuditArchiveHeader {
  const header = parseLine(path, line) as unknown as AuditArchiveHeader;
  if (header.triface !== 'audit-archive') throw new ArchiveError(`${path} is not an archive of audit records`);
  if (header.version !== 1) throw new ArchiveError(`${path} was written by a newer release of Triface: use that release`);
  if (header.mac !== macOf(log, header))
    throw new ArchiveError(
      `${path} was not written with the key keys/audit-secret of this data directory, or its first line was changed`,
    );
  return header;
}

/**
 * Recomputes the chain in an archive, from the hash before its first record to the hash of its last. Both are in its header, with an HMAC.
 * @param onRecord called with each record that was verified
 * @returns the SHA-256 of the file, in hexadecimal
 * @throws ArchiveError; ChainBreak
 */
export async function followArchive(
  path: string,
  { log, witness, onRecord }: { log: AuditLog; witness: ChainWitness; onRecord?: (point: ChainPoint) => void },
): Promise<string> {
  let sha256 = '';
  let header: AuditArchiveHeader | undefined;
  let follower: ChainFollower | undefined;
  const lines = readArchive(path, (hash) => {
    sha256 = hash;
  });
  for await (const line of lines) {
    if (!follower) {
      header = parseHeader(path, line, log);
      follower = new ChainFollower(log, { sequence: header.first - 1, hash: header.hashBefore }, witness);
      continue;
    }
    follower.add(parseLine(path, line) as unknown as StoredRecord);
    onRecord?.(follower.point);
  }
  const { sequence, hash } = follower?.point ?? { sequence: 0, hash: '' };
  if (!header || sequence !== header.last || hash !== header.hashLast)
    throw new ChainBreak(sequence + 1, `records at the end of ${path} are missing`);
  return sha256;
}
