import type { AuditLog } from '../audit/audit-log.js';
import type { ReceiptSigner } from '../audit/erasure-receipt.js';
import type { Store } from '../storage/store.js';
import type { MasterKeys } from '../vault/master-keys.js';
import type { VectorTable } from './vector-table.js';

/** What everything in the gallery stands on. */
export interface GalleryParts {
  readonly store: Store;
  readonly masterKeys: MasterKeys;
  readonly audit: AuditLog;
  readonly receipts: ReceiptSigner;
  /** of the templates that are made and compared now */
  readonly recognitionModel: string;
  /** where the database itself searches: templates go there as well */
  readonly vectors?: VectorTable | undefined;
}

/** Who acts on the gallery. */
export interface Actor {
  readonly accountId: string;
  readonly companyId: string;
}

/** An account as the gallery needs it: what is kept, and how it recognises. */
export interface GalleryCaller extends Actor {
  readonly policy: string | null;
  /** JSON of `recognition-settings` */
  readonly recognition: string | null;
  readonly enrolmentPictureDays: number | null;
  readonly scanPictureDays: number;
}
