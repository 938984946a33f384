import { UnavailableError } from '../base/unavailable-error.js';
import { holdMasterKeys, openDataKey } from '../vault/data-keys.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { SealError } from '../vault/seal.js';
import type { SealedTemplate } from './read-templates.js';
import { openTemplate } from './template.js';

/** Whose an opened template is. */
export type OpenedRow = Pick<SealedTemplate, 'number' | 'person' | 'company'>;

/** Receives templates as they are opened. */
export interface OpenedSink {
  /** @param vector is overwritten afterwards: it must be copied */
  add(row: OpenedRow, vector: Float32Array): void;
  /** The master key of this enrolment's person is missing. */
  miss(enrolment: number): void;
  /** A template is damaged: the others must still be searched. */
  fail(error: SealError): void;
}

/** Opens sealed templates. What is opened is overwritten once it was received. @throws what the receiver throws */
export function openSealed(rows: readonly SealedTemplate[], masterKeys: Pick<MasterKeys, 'read'>, sink: OpenedSink): void {
  const held = holdMasterKeys(masterKeys);
  for (const row of rows) {
    try {
      const key = openDataKey(held, { subject: row.subject, wrapped: row.wrapped, masterKey: row.master });
      const vector = openTemplate(key, row.template, row.id, row.subject);
      key.fill(0);
      try {
        sink.add(row, vector);
      } finally {
        vector.fill(0);
      }
    } catch (error) {
      if (error instanceof UnavailableError) sink.miss(row.number);
      else if (error instanceof SealError) sink.fail(error);
      else throw error;
    }
  }
}
