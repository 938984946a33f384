import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, readPostgresUrl } from './postgres-url.js';
import { SettingError } from './setting-error.js';

/** A database: an SQLite file by its absolute path (undefined: the default one in the data directory), or a PostgreSQL server. */
export type DatabaseUrl = { readonly file: string | undefined } | { readonly postgres: PostgresServer };

/**
 * Reads `''` (the default file), `file:…` (an SQLite file) or `postgres://…` (a PostgreSQL database).
 * @throws SettingError for anything else; the message omits the URL, which may contain a password
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  if (text === '') return { file: undefined };
  if (/^postgres(ql)?:/i.test(text)) return { postgres: readPostgresUrl(text) };
  return { file: readFileUrl(text) };
}

function readFileUrl(text: string): string {
  const path = text.replace(/^file:/, '');
  if (path === text)
    throw new SettingError(
      'it must be empty (SQLite in DATA_DIR), file:/path/to.db (SQLite) or postgres://user:password@host:5432/database',
    );
  if (path === '' || path.endsWith('/') || path.includes(':memory:') || /[?#\0]/.test(path))
    throw new SettingError(
      'file: must be followed by the path of a file without ? or #, for example file:/var/lib/triface/triface.db',
    );
  try {
    return path.startsWith('//') ? fileURLToPath(text) : resolve(path);
  } catch {
    throw new SettingError('it does not name a file on this machine: use file:/path/to.db');
  }
}
