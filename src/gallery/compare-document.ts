import type { Policy, Thresholds } from '../analysis/policy.js';
import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { transact } from '../storage/transaction.js';
import type { GalleryParts } from './gallery-parts.js';
import { withoutLiveness } from './recognition-policy.js';
import { type FaceCommand, seeFace } from './see-face.js';
import { compareTemplates } from './template.js';

/** A live face and a picture of a document. */
export interface DocumentCommand extends FaceCommand {
  /** the file with the document's picture; its buffer is transferred */
  readonly document: Uint8Array;
}

/** The result of the comparison. */
export interface DocumentComparison {
  readonly assessment: Assessment;
  /** of the document; undefined if the live face was refused */
  readonly documentAssessment: Assessment | undefined;
  /** undefined if nothing was compared */
  readonly matches: boolean | undefined;
}

/**
 * A portrait on a document is small and printed, and may be anywhere on it. Next to the largest face there may be its ghost
 * image.
 */
export const forDocument = (policy: Policy, own: Partial<Thresholds>): Policy => ({
  ...withoutLiveness('comparison')(policy, own),
  otherFace: 1,
  visible: 0.8,
  eyeDistance: 16,
  relativeHeight: 0,
  relativeSize: 0,
  quality: 0.2,
  darkest: 20,
  brightest: 250,
  version: `${policy.version}+document`,
});

/**
 * Compares a live face with the largest one on a document. Neither picture is kept. Whether the document is genuine is not
 * checked.
 * @throws BusyError
 */
export async function compareWithDocument(
  { store, audit }: Pick<GalleryParts, 'store' | 'audit'>,
  assessor: FaceAssessor,
  { document, ...command }: DocumentCommand,
): Promise<DocumentComparison> {
  const { assessment, template } = await seeFace(assessor, { ...command, liveness: true }, 'comparison');
  if (!template) return { assessment, documentAssessment: undefined, matches: undefined };
  const { caller, contract } = command;
  const seen = await assessor.assess({
    caller: { ...caller, scanPictureDays: 0 },
    contract,
    sent: { picture: document },
    embedding: true,
    adjust: forDocument,
    ...(command.signal ? { signal: command.signal } : {}),
  });
  const portrait = seen.verdict.accepted ? seen.verdict.face?.embedding : undefined;
  const matches = portrait && compareTemplates(portrait, template.vector) >= assessment.policy.match;
  await transact(store.db, (db) =>
    audit.append(db, {
      actor: caller.accountId,
      action: 'document.compare',
      companyId: caller.companyId,
      subject: null,
      detail: { matches: matches ?? null },
    }),
  );
  return { assessment, documentAssessment: seen, matches };
}
