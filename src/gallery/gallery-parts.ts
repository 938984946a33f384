import type { AuditLog } from '../audit/audit-log.js';
import type { ReceiptSigner } from '../audit/erasure-receipt.js';
import type { Store } from '../storage/store.js';
import type { MasterKeys } from '../vault/master-keys.js';
import type { VectorTable } from './vector-table.js';

/** The dependencies of the gallery's functions. */
export interface GalleryParts {
  readonly store: Store;
  readonly masterKeys: MasterKeys;
  readonly audit: AuditLog;
  readonly receipts: ReceiptSigner;
  /** the model whose templates are currently created and compared */
  readonly recognitionModel: string;
  /** set if the database itself searches: templates are also written to this table */
  readonly vectors?: VectorTable | undefined;
}

/** Who acts on the gallery. */
export interface Actor {
  readonly accountId: string;
  readonly companyId: string;
}

/** An account as the gallery needs it: what to keep, and how to recognise faces. */
export interface GalleryCaller extends Actor {
  readonly policy: string | null;
  /** JSON of `recognition-settings` */
  readonly recognition: string | null;
  /** days for which pictures of enrolments are kept; null: without limit; 0: not at all */
  readonly enrolmentPictureDays: number | null;
  /** days for which pictures of scans are kept; 0: not at all */
  readonly scanPictureDays: number;
}
