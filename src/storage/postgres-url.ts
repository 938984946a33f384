import { StoreError } from './store-error.js';

/** A database of a PostgreSQL server. */
export interface PostgresServer {
  /** for the driver; may hold a password: never shown */
  readonly connectionString: string;
  /** host, port and database, for messages */
  readonly shown: string;
  /** the URL's own `options`, such as `-c search_path=…` */
  readonly options: string;
  /** most connections open at once */
  readonly poolSize: number;
}

/** What `sslmode` may be, with libpq's meanings. Its `allow` and `prefer` promise a choice that the driver does not make. */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

/** @throws StoreError when it is not such a URL; it is not repeated, for its password's sake */
export function readPostgresUrl(databaseUrl: string, poolSize: number): PostgresServer {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  const database = url && readPath(url.pathname);
  if (!url || !database)
    throw new StoreError(
      'DATABASE_URL: not a PostgreSQL URL. Say postgres://user:password@host:5432/database with what is special in user and password percent-encoded (a socket: postgres:///database?host=/run/postgresql&user=triface)',
    );
  const { searchParams } = url;
  const sslMode = searchParams.get('sslmode');
  if (sslMode !== null && !SSL_MODES.includes(sslMode))
    throw new StoreError(`DATABASE_URL: sslmode is one of ${SSL_MODES.join(', ')}`);
  if (sslMode === 'verify-ca' && !searchParams.has('sslrootcert'))
    throw new StoreError('DATABASE_URL: sslmode=verify-ca needs sslrootcert=/path/to/ca.pem');
  // without it the driver takes `require` for `verify-full`, with a warning that it will not for long
  if (sslMode !== null) searchParams.set('uselibpqcompat', 'true');
  const options = searchParams.get('options') ?? '';
  searchParams.delete('options');
  const host = searchParams.get('host') ?? (url.hostname || 'localhost');
  const port = searchParams.get('port') ?? (url.port || '5432');
  return { connectionString: url.href, shown: `${host}:${port}/${database}`, options, poolSize };
}

function readPath(pathname: string): string | undefined {
  try {
    return /^\/[^/]+$/.test(pathname) ? decodeURIComponent(pathname.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}
