import type { Policy, Thresholds } from '../analysis/policy.js';
import type { Assessment } from '../scans/assess-picture.js';
import type { ScanService } from '../scans/scan-service.js';
import { transact } from '../storage/transaction.js';
import type { GalleryParts } from './gallery-parts.js';
import { withoutLiveness } from './recognition-policy.js';
import { type FaceCommand, seeFace } from './see-face.js';
import { compareTemplates } from './template.js';

/** A live face and a picture of a document. */
export interface DocumentCommand extends FaceCommand {
  /** file of the document's picture; its memory is moved away */
  readonly document: Uint8Array;
}

/** How it came out. */
export interface DocumentComparison {
  readonly assessment: Assessment;
  /** of the document; undefined when the live face was refused */
  readonly documentAssessment: Assessment | undefined;
  /** undefined: nothing was compared */
  readonly matches: boolean | undefined;
}

/** A portrait on a document is small, printed and anywhere on it; beside the largest face there may be its ghost image. */
const forDocument = (policy: Policy, own: Partial<Thresholds>): Policy => ({
  ...withoutLiveness('comparison')(policy, own),
  ...{ otherFace: 1, visible: 0.8, eyeDistance: 16, relativeHeight: 0, relativeSize: 0, quality: 0.2 },
  ...{ darkest: 20, brightest: 250 },
  version: `${policy.version}+document`,
});

/**
 * Compares a live face with the largest one on a document. Neither is kept. Whether the document is genuine is not looked at.
 * @throws BusyError
 */
export async function compareWithDocument(
  { store, audit }: Pick<GalleryParts, 'store' | 'audit'>,
  scans: ScanService,
  { document, ...command }: DocumentCommand,
): Promise<DocumentComparison> {
  const { assessment, template } = await seeFace(scans, { ...command, liveness: true }, 'comparison');
  if (!template) return { assessment, documentAssessment: undefined, matches: undefined };
  const { caller, contract } = command;
  const seen = await scans.assess({
    ...{ caller: { ...caller, scanPictureDays: 0 }, contract, bytes: document, embedding: true, adjust: forDocument },
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
