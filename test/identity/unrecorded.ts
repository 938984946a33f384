import type { ChangeRecorder } from '../../src/audit/change-log.js';

/** For accounts that a test sets up beside the server, which are not what it is about: their changes are not audited. */
export const unrecorded: ChangeRecorder = { record: async () => {} };
