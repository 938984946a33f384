/** The database cannot be opened or used. `message` is for the operator: it carries no secret. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Whether a statement failed because a unique value is there already (SQLite and PostgreSQL). */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === '23505';
}
