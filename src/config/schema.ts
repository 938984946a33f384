import Type, { type Static } from 'typebox';

/**
 * The one description of the environment: names, defaults, ranges, documentation and the type, in one place.
 * `npx triface config` prints it; nothing else reads `process.env`.
 */
export const ConfigSchema = Type.Object({
  HOST: Type.String({ default: '0.0.0.0', description: 'Address to listen on.' }),
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    description: 'TCP port to listen on (0 takes any free port).',
  }),
  DATA_DIR: Type.String({
    default: './data',
    minLength: 1,
    description: 'Directory for the database and the signing keys. Back it up; keep it private.',
  }),
  DATABASE_URL: Type.String({
    default: '',
    description:
      'Empty: SQLite in DATA_DIR. `file:/path/to.db`: SQLite there. `postgres://user:password@host:5432/database?sslmode=verify-full`: that PostgreSQL database, for several replicas.',
  }),
  TRIFACE_DATABASE_POOL: Type.Integer({
    default: 10,
    minimum: 2,
    maximum: 200,
    description: 'Most connections of this process to PostgreSQL, a quarter of them for long lists. SQLite: of no meaning.',
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least severe level that is logged.',
  }),
  WORKERS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 64,
    description: 'Inference worker threads, one set of models each. 0: one a core.',
  }),
  INFERENCE_PROVIDER: Type.Enum(['cpu', 'cuda', 'auto'], {
    default: 'auto',
    description:
      'Where models run. `cuda` refuses to start without a usable GPU; `auto` takes CUDA when its libraries are there, else the CPU.',
  }),
  TRIFACE_ADMIN_USER: Type.String({
    default: 'admin',
    minLength: 1,
    maxLength: 150,
    description: 'Name of the account made on first start.',
  }),
  TRIFACE_ADMIN_PASSWORD: Type.String({
    default: '',
    description: 'Password of that account. Empty: a random one is made and printed once. There is no default password.',
  }),
  TRIFACE_MODELS_DIR: Type.String({
    default: '',
    description: 'Directory of the prepared models. Empty: `models/` of the installation.',
  }),
  TRIFACE_MAX_INTAKE_BYTES: Type.Integer({
    default: 536_870_912,
    minimum: 1_048_576,
    description:
      'Bytes of request bodies in memory at a time. Past it: 503 with Retry-After before a body is read. One body alone is always taken.',
  }),
  TRIFACE_QUEUE_LIMIT: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 10_000,
    description: 'Pictures that may wait for a worker. Past it: 503 with Retry-After.',
  }),
  TRIFACE_DEADLINE_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 120_000,
    description:
      'Milliseconds a picture may wait and run. Work that waited past it is dropped; a worker that runs past it is replaced.',
  }),
  TRIFACE_MAX_IMAGE_BYTES: Type.Integer({
    default: 10_485_760,
    minimum: 1024,
    maximum: 104_857_600,
    description: 'Largest picture file, in bytes.',
  }),
  TRIFACE_MAX_IMAGE_PIXELS: Type.Integer({
    default: 50_000_000,
    minimum: 10_000,
    maximum: 268_000_000,
    description: 'Largest picture, in pixels (width × height, all frames). Checked before decoding.',
  }),
  TRIFACE_MAX_PACKET_BYTES: Type.Integer({
    default: 4_194_304,
    minimum: 1024,
    maximum: 104_857_600,
    description: 'Largest capture packet (Liveness Plus) that is opened, in bytes.',
  }),
  TRIFACE_PACKET_MAX_AGE_SECONDS: Type.Integer({
    default: 300,
    minimum: 10,
    maximum: 86_400,
    description: 'Seconds after its capture from which on a packet is stale.',
  }),
  TRIFACE_CAPTURE_ORIGINS: Type.String({
    default: '*',
    pattern: '^(\\*|none|https?://[^\\s/,]+(,https?://[^\\s/,]+)*)$',
    description:
      'Origins whose pages may read the capture keys and, with a token, call contract A (CORS), comma-separated; `*`: any; `none`: only pages of this server itself. Nobody gets a token across origins.',
  }),
  TRIFACE_IMAGE_URL_HOSTS: Type.String({
    default: 'public',
    description:
      'Which pictures contract B may fetch by URL. `public`: any https host with a public address. `none`: no URL. Else a comma-separated list of hosts (`host`, `host:port`, `*.suffix`; `http://host` allows plain http), which may then be private.',
  }),
  TRIFACE_IMAGE_URL_TIMEOUT_MS: Type.Integer({
    default: 5000,
    minimum: 100,
    maximum: 60_000,
    description: 'Milliseconds for fetching a picture by URL, redirects included.',
  }),
  TRIFACE_REJECTION_STATUS: Type.Enum(['200', '400'], {
    default: '200',
    description: 'HTTP status of contract A for an evaluated picture with `valid:false`.',
  }),
  TRIFACE_FACE_LIVENESS_ALIASES: Type.Boolean({
    default: false,
    description: 'Contract B also under /api/v1/basic/face/liveness and /api/v1/id-verifications/face/liveness.',
  }),
  TRIFACE_REALM: Type.String({
    default: 'triface',
    pattern: '^[A-Za-z0-9._-]+$',
    description: 'Realm in the OpenID paths of contract C.',
  }),
  TRIFACE_PATH_PREFIX: Type.String({
    default: '',
    pattern: '^(/[A-Za-z0-9._~-]+)*$',
    description: 'Gateway prefix under which the routes of contract C answer as well, for example /gateway.',
  }),
  TRIFACE_TRUST_PROXY: Type.String({
    default: '',
    description: 'Addresses or ranges (comma-separated) of proxies whose X-Forwarded-For is believed. Empty: none.',
  }),
  TRIFACE_PUBLIC_URL: Type.String({
    default: '',
    pattern: '^(https?://[^/?#\\s@]+(/[A-Za-z0-9._~-]+)*)?$',
    description:
      'URL that clients reach this server under, for example https://face.example or https://gateway.example/triface: the issuer of its OpenID tokens begins with it. Empty: the host of each request (behind TRIFACE_TRUST_PROXY the X-Forwarded-Host).',
  }),
  TRIFACE_PASSWORD_GRANT: Type.Boolean({
    default: true,
    description: 'Whether the token endpoint serves grant_type=password, which the quick start of contract C uses.',
  }),
  TRIFACE_OIDC_EMBEDDED: Type.Boolean({
    default: true,
    description: 'Whether the embedded OpenID provider answers below /realms. false needs TRIFACE_OIDC_ISSUER.',
  }),
  TRIFACE_OIDC_ISSUER: Type.String({
    default: '',
    pattern: '^(https?://[^?#\\s@]+)?$',
    description:
      'Issuer of an outside OpenID provider whose access tokens contract C accepts, for example https://keycloak.example/realms/dms. Empty: none.',
  }),
  TRIFACE_OIDC_AUDIENCE: Type.String({
    default: 'triface',
    minLength: 1,
    description: 'Audience (aud) that tokens of the outside provider must be for.',
  }),
  TRIFACE_OIDC_JWKS_URL: Type.String({
    default: '',
    pattern: '^(https?://[^#\\s@]+)?$',
    description: 'Where the outside provider publishes its keys. Empty: as its discovery document says.',
  }),
  TRIFACE_OIDC_COMPANY_CLAIM: Type.String({
    default: '',
    description:
      "Claim (a path with dots) that holds the name of a caller's company; made when there is none of it. Tokens without it are refused. Empty: all belong to the oldest company.",
  }),
  TRIFACE_OIDC_ROLES_CLAIM: Type.String({
    default: 'realm_access.roles',
    minLength: 1,
    description: 'Claim (a path with dots) that holds the roles, an array or words in one string.',
  }),
  TRIFACE_OIDC_RIGHTS: Type.String({
    default: '',
    description:
      'Which role of the outside provider has which rights (liveness, scans:read, scans:write, recognition, persons:read, persons:write): `operator=liveness,auditor=scans:read scans:write`; the role * is every valid token. Empty: roles named like the rights.',
  }),
  TRIFACE_MASTER_KEY: Type.String({
    default: '',
    description:
      'Seals the keys to pictures and templates: 32 bytes as base64 (openssl rand -base64 32). Several, separated by commas: the first seals, all open. Empty: the file keys/master-key in DATA_DIR, made on first start.',
  }),
  TRIFACE_GALLERY_INDEX: Type.Enum(['memory', 'pgvector'], {
    default: 'memory',
    description:
      'Where templates are searched. `memory`: in this process, sealed at rest. `pgvector`: in PostgreSQL by that extension, where they lie open; the same for all replicas.',
  }),
  TRIFACE_GALLERY_THREADS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 32,
    description:
      'Threads that hold the templates in memory and search them side by side, for POST /v1/identify and for duplicates.',
  }),
  TRIFACE_SCAN_RETENTION_DAYS: Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 36_500,
    description:
      'Days a stored scan is kept (its numbers; whether its picture is kept is said by account: `triface user pictures`). 0: for ever.',
  }),
});

/** The validated environment. Immutable. */
export type Config = Readonly<Static<typeof ConfigSchema>>;
