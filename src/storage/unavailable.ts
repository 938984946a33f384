import { UnavailableError } from '../base/unavailable-error.js';

/** PostgreSQL's classes of errors (the first two characters of SQLSTATE) that mean: the server cannot serve now. */
const CLASSES = new Set([
  // connection exceptions
  '08',
  // insufficient resources: disk full, out of memory, too many connections
  '53',
  // system errors, such as a failed read or write of a file
  '58',
  // internal errors, such as corrupted data
  'XX',
  // the configuration file
  'F0',
]);

/** Single states with the same meaning. */
const STATES = new Set([
  '25006', // the transaction is read-only: the server is a standby, or was set so
  '25P03', // an idle transaction was ended
  '25P04', // a transaction took too long
  '26000', // a prepared statement is gone: a pooler gave the statement another connection
  '40003', // unknown whether the statement was completed
  '55P03', // a lock was not available in time
  '57P01', // an administrator ended the connection
  '57P02', // another connection of the server crashed
  '57P03', // the server starts or stops
  '57P04', // the database was dropped
  '57P05', // an idle session was ended
  '28000', // the server no longer accepts this user
  '28P01', // nor this password
  '3D000', // the database does not exist
]);

/** The statement was cancelled: by a time limit or by an operator. */
const CANCELED = '57014';

/** SQLite's primary result codes that mean: the file cannot be used now. */
const SQLITE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|PERM|AUTH|PROTOCOL|NOLFS|INTERRUPT)/;

/** Codes of the operating system: the connection failed. */
const SYSTEM =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_|ENOENT|EACCES|EADDRNOTAVAIL|EMFILE|ENFILE|ENOSPC|EROFS|EIO|ERR_SSL|ERR_TLS|CERT_)/;

/** Texts of pg's own errors, which have no code. */
const DRIVER =
  /^(Connection terminated|Client has encountered a connection error|The server does not support SSL|timeout |Client was closed|Query read timeout|Cannot use a pool after)/;

/** Whether an error of a database driver means that the database cannot serve now. Constraints, conflicts and bugs do not. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof UnavailableError) return true;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnavailable);
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return DRIVER.test(error.message);
  if (/^[0-9A-Z]{5}$/.test(code) && 'severity' in error)
    return CLASSES.has(code.slice(0, 2)) || STATES.has(code) || code === CANCELED;
  return SQLITE.test(code) || SYSTEM.test(code);
}

/** The error as an UnavailableError if {@link isUnavailable}, otherwise unchanged. */
export function translated(error: unknown): unknown {
  if (error instanceof UnavailableError || !isUnavailable(error)) return error;
  return new UnavailableError('database', describe(error), undefined, { cause: error });
}

/** The message of a driver's error. If every address of a host refuses the connection, the error has an empty message itself. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
