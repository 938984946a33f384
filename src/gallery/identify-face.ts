import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { transact } from '../storage/transaction.js';
import { confirmHits } from './confirm-hits.js';
import { readPosition } from './gallery-clock.js';
import type { GalleryParts } from './gallery-parts.js';
import { greatestLimit } from './index/template-index.js';
import { linkScan, lockPerson } from './link-scan.js';
import type { Person } from './person.js';
import { type FaceCommand, seeFace } from './see-face.js';
import type { TemplateSearch } from './template-search.js';

/** A face to find among the company's persons. */
export interface IdentifyCommand extends FaceCommand {
  /** maximum number of candidates, 1..100 */
  readonly limit: number;
  /** minimum cosine; default: the account's match threshold */
  readonly minimum?: number;
  /** leave out persons below the match threshold, whatever the minimum: for callers who may not read about other persons */
  readonly onlyMatches?: boolean;
}

/** A person who may be the one in the picture. */
export interface Candidate {
  readonly person: Person;
  /** cosine, -1..1 */
  readonly score: number;
  /** at or above the account's match threshold */
  readonly matches: boolean;
}

/** The result of a search: `candidates` is undefined if the picture was refused. */
export interface Identification {
  readonly assessment: Assessment;
  readonly candidates: readonly Candidate[] | undefined;
}

/** Hits requested beyond the limit, to make up for persons found who are blocked or erased. */
const SPARE = 8;

/**
 * Finds a face among the company's persons (1:N), including everyone whose registration is committed when the search begins.
 * Candidates are confirmed by the database before they are returned, so a person erased or blocked a moment ago is never named,
 * however far the index lags, and nobody is named by a number that has changed its owner.
 * @throws BusyError, UnavailableError
 */
export async function identifyFace(
  parts: Pick<GalleryParts, 'store' | 'audit' | 'masterKeys' | 'recognitionModel'>,
  { assessor, search }: { assessor: FaceAssessor; search: TemplateSearch },
  command: IdentifyCommand,
): Promise<Identification> {
  const { store, audit } = parts;
  const { caller, limit, onlyMatches = false } = command;
  const { assessment, template } = await seeFace(assessor, command, 'comparison');
  if (!template) return { assessment, candidates: undefined };
  const threshold = assessment.policy.match;
  const minimum = command.minimum ?? threshold;
  const query = {
    companyId: caller.companyId,
    vector: template.vector,
    minimum: onlyMatches ? Math.max(minimum, threshold) : minimum,
  };
  // Wait until the index contains everything committed before this request, through any replica.
  await search.reach(await readPosition(store.db));
  let candidates: Candidate[] = [];
  for (let asked = limit + SPARE; ; asked = Math.min(asked * 4, greatestLimit)) {
    const hits = await search.search({ ...query, limit: asked });
    candidates = (await confirmHits(parts, caller.companyId, template.vector, hits))
      .filter(({ person }) => !person.isBlocked)
      .map(({ person, score }) => ({ person, score, matches: score >= threshold }))
      // What the search found may score less when it is confirmed.
      .filter(({ matches }) => matches || !onlyMatches);
    if (candidates.length >= limit || hits.length < asked || asked === greatestLimit) break;
  }
  const named = candidates.slice(0, limit);
  const found = named[0]?.matches ? named[0].person : undefined;
  await transact(store.db, async (db) => {
    // The scan probably shows this person's face, so it must be erased with the person.
    if (found && (await lockPerson(db, found))) await linkScan(db, found, assessment.scan);
    await audit.append(db, {
      actor: caller.accountId,
      action: 'gallery.identify',
      companyId: caller.companyId,
      subject: found?.id ?? null,
      detail: { named: named.length, matching: named.filter(({ matches }) => matches).length },
    });
  });
  return { assessment, candidates: named };
}
