import type { Database } from '../storage/schema.js';
import { type AuditArchiveHeader, followArchive, readHeader } from './audit-archive.js';
import type { AuditLog } from './audit-log.js';
import { type AuditMark, AuditMarkError, type ChainPoint, findBase, findMark, markVerified } from './audit-marks.js';
import { ChainBreak, ChainFollower, ChainWitness, readStored } from './follow-chain.js';

/** What is verified. */
export interface AuditVerifyOptions {
  /**
   * the head from an earlier verification, which must still be in the chain; otherwise a chain that was truncated together with its
   * mark would go unnoticed
   */
  readonly expectedHead?: string | undefined;
  /** archives of earlier records, in any order; they may overlap */
  readonly archives?: readonly string[] | undefined;
  /** only the record of the last verification and those after it */
  readonly isNewOnly?: boolean | undefined;
}

/** The result of a verification. */
export type AuditVerification =
  | {
      readonly ok: true;
      /** how many were looked at, in archives and database */
      readonly records: number;
      /** sequence of the first of them: those before were not looked at */
      readonly first: number;
      /** store it outside the server: later chains must contain it */
      readonly head: string;
      /** sequence of the last record in an archive; 0: none was archived */
      readonly archivedTo: number;
      /** of a verification of the new records: when the earlier ones were verified, in epoch milliseconds */
      readonly since?: number;
      /** the mark of the last verification was set without the key; this verification did not need it, and replaced it */
      readonly hadForgedMark?: true;
    }
  | { readonly ok: false; readonly sequence: number; readonly fault: string };

/**
 * Recomputes the chain: the whole of it, or its new part. If it is intact, a mark is set at its end, from which the next verification
 * can begin.
 * @throws ArchiveError; AuditMarkError if a mark that is needed is missing or was set without the key
 */
export async function verifyAudit(db: Database, log: AuditLog, options: AuditVerifyOptions = {}): Promise<AuditVerification> {
  for (;;) {
    const base = await findBase(db, log);
    try {
      return await verifyFrom(db, log, base, options);
    } catch (error) {
      if (!(error instanceof ChainBreak)) throw error;
      // Records that were archived meanwhile are no gap.
      if ((await findBase(db, log)).sequence !== base.sequence) continue;
      return { ok: false, sequence: error.sequence, fault: error.message };
    }
  }
}

async function verifyFrom(
  db: Database,
  log: AuditLog,
  base: ChainPoint,
  { expectedHead, archives = [], isNewOnly = false }: AuditVerifyOptions,
): Promise<AuditVerification> {
  const mark = await findVerified(db, log, isNewOnly);
  // After the mark: the chain may grow meanwhile, and must not end before it.
  const end = await db.selectFrom('auditHead').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
  const witness = new ChainWitness(expectedHead);
  if (mark && mark !== 'forged') witness.demand(mark);
  witness.demand(base);
  const archived = await followArchives(archives, { log, witness, base });
  const start = isNewOnly ? await findStart(db, { base, mark: mark as AuditMark, expectedHead }) : base;
  const follower = new ChainFollower(log, start, witness);
  for await (const rows of readStored(db, start.sequence, end.sequence)) for (const row of rows) follower.add(row);
  const { sequence, hash } = follower.point;
  if (sequence !== end.sequence || hash !== end.hash) throw new ChainBreak(sequence + 1, 'records at the end are missing');
  if (mark && mark !== 'forged' && mark.sequence > sequence)
    throw new ChainBreak(
      sequence + 1,
      `records at the end are missing: the verification of ${new Date(mark.setAt).toISOString()} went up to record ${mark.sequence}`,
    );
  if (archived && archived.last > sequence)
    throw new ChainBreak(sequence + 1, `records at the end are missing: the archives go up to record ${archived.last}`);
  if (!witness.isHeadSeen) throw new ChainBreak(sequence, describeUnseen(base.sequence, archives));
  await markVerified(db, log, { sequence, hash });
  const first = (archived?.before ?? start.sequence) + 1;
  return {
    ...{ ok: true, records: sequence - first + 1, first, head: hash, archivedTo: base.sequence },
    ...(isNewOnly && { since: (mark as AuditMark).setAt }),
    ...(mark === 'forged' && { hadForgedMark: true }),
  };
}

const describeUnseen = (archivedTo: number, archives: readonly string[]): string =>
  archivedTo > 0 && archives.length === 0
    ? `the expected head is not in the chain; records up to ${archivedTo} are in archives: give their files with --archive`
    : 'the expected head is not in the chain';

/** @throws AuditMarkError if the mark is needed and missing or forged */
async function findVerified(db: Database, log: AuditLog, isNeeded: boolean): Promise<AuditMark | 'forged' | undefined> {
  try {
    const mark = await findMark(db, log, 'verified');
    if (mark || !isNeeded) return mark;
  } catch (error) {
    if (isNeeded || !(error instanceof AuditMarkError)) throw error;
    return 'forged';
  }
  throw new AuditMarkError('no verification has been completed yet: verify the whole chain once, without --new');
}

/**
 * Follows archives and compares them with each other; `witness` compares them with the database.
 * @returns the sequences before their first record and of their last; `undefined` if none were given
 * @throws ArchiveError; ChainBreak
 */
async function followArchives(
  paths: readonly string[],
  { log, witness, base }: { log: AuditLog; witness: ChainWitness; base: ChainPoint },
): Promise<{ readonly before: number; readonly last: number } | undefined> {
  if (paths.length === 0) return undefined;
  const files: (AuditArchiveHeader & { path: string })[] = [];
  for (const path of paths) files.push({ ...(await readHeader(path, log)), path });
  files.sort((one, other) => one.first - other.first);
  for (const { first, last } of files) for (const sequence of [first - 1, last]) witness.watch(sequence);
  const before = files[0]!.first - 1;
  let covered = before;
  for (const { path, first, last } of files) {
    if (first > covered + 1) throw missing(covered + 1, first - 1);
    await inFile(path, () => followArchive(path, { log, witness }));
    covered = Math.max(covered, last);
  }
  if (covered < base.sequence) throw missing(covered + 1, base.sequence);
  return { before, last: covered };
}

const missing = (first: number, last: number): ChainBreak =>
  new ChainBreak(first, `records ${first} to ${last} are in none of the archives given`);

/** Names the file in the fault. */
async function inFile(path: string, task: () => Promise<unknown>): Promise<void> {
  try {
    await task();
  } catch (error) {
    throw error instanceof ChainBreak ? new ChainBreak(error.sequence, `${error.message} (in ${path})`) : error;
  }
}

/**
 * The point before the first record that a verification of the new records looks at: the marked record, or the one with the expected
 * head if that is earlier. The hash before it is taken from the database: it is right if that record has the hash that is demanded.
 */
async function findStart(
  db: Database,
  { base, mark, expectedHead = '' }: { base: ChainPoint; mark: ChainPoint; expectedHead?: string | undefined },
): Promise<ChainPoint> {
  const expected =
    expectedHead === '' || expectedHead === mark.hash
      ? undefined
      : await db.selectFrom('auditEvents').select('sequence').where('hash', '=', expectedHead).executeTakeFirst();
  const before = Math.min(mark.sequence, expected?.sequence ?? mark.sequence) - 1;
  if (before <= base.sequence) return base;
  const row = await db.selectFrom('auditEvents').select('hash').where('sequence', '=', before).executeTakeFirst();
  if (!row) throw new ChainBreak(before, 'a record is missing');
  return { sequence: before, hash: row.hash };
}
