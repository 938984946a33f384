import { OperatorError } from '../base/operator-error.js';

/** The database cannot be opened or used. `message` is for the operator and contains no secrets. */
export class StoreError extends OperatorError {
  override name = 'StoreError';
}

/** Whether a statement failed because a unique value already exists (SQLite and PostgreSQL). */
export function isUniqueViolation(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === '23505';
}

/** Whether PostgreSQL aborted a transaction because of another one (deadlock, serialization failure); a retry may succeed. */
export function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40P01' || code === '40001';
}
