import { SettingError } from './setting-error.js';

/** A database of a PostgreSQL server. */
export interface PostgresServer {
  /** for the driver; may contain a password, so never show it */
  readonly connectionString: string;
  /** host, port and database, for messages */
  readonly shown: string;
  /** the URL's own `options`, such as `-c search_path=…` */
  readonly options: string;
}

/**
 * The supported values of `sslmode`, with libpq's meanings. Its `allow` and `prefer` fall back to another mode, which the driver
 * does not do.
 */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

/** @throws SettingError if the URL is invalid; the message omits the URL, which may contain a password */
export function readPostgresUrl(databaseUrl: string): PostgresServer {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  const database = url && readPath(url.pathname);
  if (!url || !database)
    throw new SettingError(
      'it is not a valid PostgreSQL URL. Use postgres://user:password@host:5432/database, with special characters in user and password percent-encoded (a socket: postgres:///database?host=/run/postgresql&user=triface)',
    );
  const { searchParams } = url;
  const sslMode = searchParams.get('sslmode');
  if (sslMode !== null && !SSL_MODES.includes(sslMode)) throw new SettingError(`sslmode must be one of ${SSL_MODES.join(', ')}`);
  if (sslMode === 'verify-ca' && !searchParams.has('sslrootcert'))
    throw new SettingError('sslmode=verify-ca requires sslrootcert=/path/to/ca.pem');
  // Otherwise the driver treats `require` as `verify-full` and warns that this will change.
  if (sslMode !== null) searchParams.set('uselibpqcompat', 'true');
  const options = searchParams.get('options') ?? '';
  searchParams.delete('options');
  const host = searchParams.get('host') ?? (url.hostname || 'localhost');
  const port = searchParams.get('port') ?? (url.port || '5432');
  return { connectionString: url.href, shown: `${host}:${port}/${database}`, options };
}

function readPath(pathname: string): string | undefined {
  try {
    return /^\/[^/]+$/.test(pathname) ? decodeURIComponent(pathname.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}
