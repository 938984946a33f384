import type { SummaryField } from '../../scans/scan-summary.js';

/** The name under which a correction and the export carry a summary field. Answers also contain the channel as `channel`. */
export const entityName = (field: SummaryField) => (field === 'channel' ? 'salesChannel' : field);
