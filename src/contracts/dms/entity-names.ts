import type { SummaryField } from '../../scans/scan-summary.js';

/** The fields of an entity that only the server sets. */
export const serverFields = ['id', 'companyId', 'createdDate', 'updatedDate', 'createdById', 'updatedById'] as const;

/** The name under which a correction and the export carry a summary field. Answers also contain the channel as `channel`. */
export const entityName = (field: SummaryField) => (field === 'channel' ? 'salesChannel' : field);
