import type { FaceObservation } from '../analysis/observation.js';
import type { Policy, Thresholds } from '../analysis/policy.js';
import { isSamePicture } from '../analysis/same-picture.js';
import { isPortraitClear } from '../analysis/turn-portrait.js';
import type { Assessment } from '../scans/assessment.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { transact } from '../storage/transaction.js';
import type { GalleryCaller, GalleryParts } from './gallery-parts.js';
import { withoutLiveness } from './recognition-policy.js';
import { type FaceCommand, seeFace } from './see-face.js';
import { compareTemplates } from './template.js';

/** A live face and a picture of a document. */
export interface DocumentCommand extends FaceCommand {
  /** the file with the document's picture; its buffer is transferred */
  readonly document: Uint8Array;
}

/**
 * What the comparison shows. `same-picture`: the document is the picture of the live face itself, or a part of it, and proves
 * nothing. `unclear`: the faces are not similar, but the portrait is not clear enough to say that it shows somebody else.
 */
export type DocumentOutcome = 'match' | 'mismatch' | 'same-picture' | 'unclear';

/** The result of the comparison. */
export interface DocumentComparison {
  readonly assessment: Assessment;
  /** of the document; undefined if the live face was refused */
  readonly documentAssessment: Assessment | undefined;
  /** undefined if nothing was compared */
  readonly outcome: DocumentOutcome | undefined;
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
 * Compares a live face with the portrait of a document, in whichever orientation it is. Neither picture is kept. Whether the
 * document is genuine is not checked.
 * @throws BusyError
 */
export async function compareWithDocument(
  parts: Pick<GalleryParts, 'store' | 'audit'>,
  assessor: FaceAssessor,
  { document, ...command }: DocumentCommand,
): Promise<DocumentComparison> {
  const { assessment, template } = await seeFace(assessor, { ...command, liveness: true, imprint: true }, 'comparison');
  if (!template) return { assessment, documentAssessment: undefined, outcome: undefined };
  const { caller, contract } = command;
  const seen = await assessor.assess({
    caller: { ...caller, scanPictureDays: 0 },
    contract,
    sent: { picture: document },
    embedding: true,
    subject: 'portrait',
    imprint: true,
    adjust: forDocument,
    ...(command.signal ? { signal: command.signal } : {}),
  });
  const outcome = seen.verdict.accepted ? compare(assessment, seen) : undefined;
  await recordComparison(parts, caller, {
    matches: outcome === undefined || outcome === 'unclear' ? null : outcome === 'match',
    outcome: outcome ?? null,
  });
  return { assessment, documentAssessment: seen, outcome };
}

/** Records a comparison that concerns no registered person in the audit log. @param detail `matches`: null if nothing was compared */
export const recordComparison = (
  { store, audit }: Pick<GalleryParts, 'store' | 'audit'>,
  { accountId, companyId }: GalleryCaller,
  detail: { readonly matches: boolean | null; readonly outcome?: DocumentOutcome | null },
): Promise<void> =>
  transact(store.db, (db) =>
    audit.append(db, { actor: accountId, action: 'document.compare', companyId, subject: null, detail }),
  );

/** Compares two accepted pictures. */
function compare(live: Assessment, document: Assessment): DocumentOutcome {
  const [face, portrait] = [live.verdict.face!, document.verdict.face!];
  const score = compareTemplates(portrait.embedding!, face.embedding!);
  if (score < live.policy.match) return isPortraitClear(portrait.occlusionSignals) ? 'mismatch' : 'unclear';
  return isSamePicture(pictureOf(live, face), pictureOf(document, portrait)) ? 'same-picture' : 'match';
}

const pictureOf = ({ imprint }: Assessment, { landmarks }: FaceObservation) => ({ imprint: imprint!, landmarks });
