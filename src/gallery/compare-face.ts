import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { transact } from '../storage/transaction.js';
import { openTemplates } from './enrolments.js';
import { GalleryError } from './gallery-error.js';
import type { GalleryParts } from './gallery-parts.js';
import { linkScan, lockPerson } from './link-scan.js';
import type { Person } from './person.js';
import { findByCitizenId, findPerson } from './persons.js';
import { type FaceCommand, seeFace } from './see-face.js';
import { compareTemplates } from './template.js';

/** A face to compare with one person. */
export interface CompareCommand extends FaceCommand {
  readonly citizenId: string;
}

/** The result of a comparison. */
export interface Comparison {
  readonly assessment: Assessment;
  readonly person: Person;
  /** whether the face is the person's; undefined if the picture was refused and nothing was compared */
  readonly matches: boolean | undefined;
  /** cosine with the most similar of the person's templates, -1..1; undefined if nothing was compared */
  readonly score: number | undefined;
}

/**
 * Compares a face with a registered person (1:1). A blocked person is never recognised; the result does not reveal that the
 * person is blocked.
 * @throws GalleryError `unknown-person`; BusyError
 */
export async function compareFace(parts: GalleryParts, assessor: FaceAssessor, command: CompareCommand): Promise<Comparison> {
  const { store, audit } = parts;
  const { caller, citizenId } = command;
  const known = await findByCitizenId(store.db, caller.companyId, citizenId);
  if (!known) throw new GalleryError('unknown-person');
  const { assessment, template } = await seeFace(assessor, command, 'comparison');
  return transact(store.db, async (db) => {
    // Read again: the person may have been erased or blocked while the picture was analysed.
    if (!(await lockPerson(db, known))) throw new GalleryError('unknown-person');
    const person = (await findPerson(db, caller.companyId, known.number)) ?? known;
    await linkScan(db, person, assessment.scan);
    const score = template && bestScore(await openTemplates(db, parts, person), template.vector);
    const matches = template && score !== undefined && score >= assessment.policy.match && !person.isBlocked;
    await audit.append(db, {
      actor: caller.accountId,
      action: 'person.compare',
      companyId: caller.companyId,
      subject: person.id,
      detail: { matches: matches ?? null, blocked: person.isBlocked, finding: assessment.scan.finding },
    });
    return { assessment, person, matches: template ? (matches ?? false) : undefined, score };
  });
}

/** Cosine with the most similar template; undefined if there is no template. */
const bestScore = (templates: readonly Float32Array[], vector: Float32Array): number | undefined =>
  templates.length === 0 ? undefined : Math.max(...templates.map((own) => compareTemplates(own, vector)));
