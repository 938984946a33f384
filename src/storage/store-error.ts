/** The database cannot be opened or used. `message` is for the operator: it carries no secret. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Whether a statement failed because a unique value is there already (SQLite and PostgreSQL). */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === '23505';
}

/** Whether PostgreSQL ended a transaction because of another one (deadlock, serialization failure): it may do if tried again. */
export function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40P01' || code === '40001';
}
