import Type, { type StaticDecode } from 'typebox';
import { commandName } from '../base/command-name.js';
import { findModelsDir } from '../base/installation.js';
import { parseDatabaseUrl } from '../base/settings/database-url.js';
import { parseImageHosts } from '../base/settings/image-hosts.js';
import { type MasterKey, parseMasterKeys } from '../base/settings/master-keys.js';
import { parseRightsMapping } from '../base/settings/rights.js';
import { parseIntake, parseOrigins, parseProxies } from './parse-values.js';

/**
 * The one description of the environment: names, defaults, ranges, documentation, and how the text of a variable becomes the
 * value that the program uses. `triface config` prints it; nothing else reads `process.env`. `takes` says in words what the
 * schema alone cannot.
 */
export const ConfigSchema = Type.Object({
  HOST: Type.String({ default: '0.0.0.0', description: 'Address to listen on.' }),
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    description: 'TCP port to listen on. 0 = any free port.',
  }),
  DATA_DIR: Type.String({
    default: './data',
    minLength: 1,
    description: 'Directory for the database and the keys. Back it up and keep it private.',
  }),
  DATABASE_URL: Type.Decode(
    Type.String({
      default: '',
      description:
        'Empty: SQLite in DATA_DIR. `file:/path/to.db`: SQLite in that file. `postgres://user:password@host:5432/database?sslmode=verify-full`: a PostgreSQL database, which several replicas can share.',
    }),
    parseDatabaseUrl,
  ),
  TRIFACE_DATABASE_POOL: Type.Integer({
    default: 10,
    minimum: 2,
    maximum: 200,
    description:
      'Maximum number of PostgreSQL connections for requests, a quarter of them for long lists. The server opens one more to watch the database, and one per thread of TRIFACE_GALLERY_THREADS (with TRIFACE_GALLERY_INDEX=memory). Ignored for SQLite.',
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least severe level that is logged.',
  }),
  WORKERS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 64,
    description:
      'Inference worker threads, each with its own copy of the models. 0 = one per core, within the CPU quota and the memory of the container or machine (docs/operations.md, Sizing).',
  }),
  INFERENCE_PROVIDER: Type.Enum(['cpu', 'cuda', 'webgpu', 'auto'], {
    default: 'auto',
    description:
      'Where models run. `cuda`: on an NVIDIA GPU; the server does not start without a usable one. `webgpu`: on any GPU with a Vulkan driver (docs/operations.md, GPUs). `auto`: with CUDA if its libraries are installed; otherwise with WebGPU if it finds a GPU; otherwise on the CPU.',
  }),
  INFERENCE_FALLBACK: Type.Enum(['none', 'cpu'], {
    default: 'none',
    description:
      'With INFERENCE_PROVIDER=webgpu, if there is no usable GPU at the start or later. `none`: the server does not start; one that runs is not ready until the GPU works again. `cpu`: the models run on the CPU, and the log says so. With `auto` it is always `cpu`, with `cuda` always `none`.',
  }),
  INFERENCE_BATCH: Type.Integer({
    default: 8,
    minimum: 1,
    maximum: 32,
    description:
      'Maximum number of inputs that a network takes at once with WebGPU, of one or several requests. Each power of two up to it is compiled for each network at the start.',
  }),
  INFERENCE_BATCH_DELAY_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100,
    description:
      'Milliseconds that a network waits with WebGPU for inputs of other requests while the GPU is idle. 0: only what waits anyway is put together.',
  }),
  TRIFACE_ADMIN_USER: Type.String({
    default: 'admin',
    minLength: 1,
    maxLength: 150,
    description: 'Name of the account that is created on first start.',
  }),
  TRIFACE_ADMIN_PASSWORD: Type.String({
    default: '',
    description:
      'Password of that account. Empty: a random password is generated and printed once. There is no default password.',
  }),
  TRIFACE_MODELS_DIR: Type.Decode(
    Type.String({
      default: '',
      description: 'Directory of the prepared models. Empty: `models/` of the installation.',
    }),
    (directory) => findModelsDir(directory),
  ),
  TRIFACE_MAX_INTAKE_BYTES: Type.Decode(
    Type.Integer({
      default: 0,
      minimum: 0,
      takes: '0, or an integer of at least 1048576',
      description:
        'Maximum size of all request bodies in memory together, in bytes, counted as they arrive. 0 = 536870912 (512 MiB), or less where the container or machine has little memory. One account gets at most three quarters of it, and all clients without an account one sixteenth. Above that, requests get 503 with Retry-After. A single body is always accepted.',
    }),
    parseIntake,
  ),
  TRIFACE_MAX_CONNECTIONS: Type.Integer({
    default: 4096,
    minimum: 16,
    maximum: 1_000_000,
    description:
      'Maximum number of open connections. Above it, the connection that has been without a request for longest is closed. Keep it well below the limit of open files (`ulimit -n`).',
  }),
  TRIFACE_UPLOAD_START_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 3600,
    description: 'Seconds within which the first byte of a request body must arrive. After that the client gets 408.',
  }),
  TRIFACE_UPLOAD_LEAST_RATE: Type.Integer({
    default: 500,
    minimum: 0,
    maximum: 1_000_000_000,
    description:
      'Bytes per second at which a request body must arrive on average, not counting the first TRIFACE_UPLOAD_START_SECONDS. A slower client gets 408. 0: any rate.',
  }),
  TRIFACE_UPLOAD_TOTAL_SECONDS: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: 86_400,
    description: 'Seconds within which a request body must arrive as a whole. After that the client gets 408.',
  }),
  TRIFACE_QUEUE_LIMIT: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 10_000,
    description: 'Maximum number of pictures that wait for a worker. Above it, requests get 503 with Retry-After.',
  }),
  TRIFACE_DEADLINE_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 120_000,
    description:
      'Milliseconds for one picture, waiting time included. After that the client gets an error. A picture that still waits is dropped; a worker that is still running may take the same time and five seconds more before it is replaced.',
  }),
  TRIFACE_STOP_DELAY_MS: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 300_000,
    description:
      'Milliseconds between SIGTERM or SIGHUP and the end of accepting requests. Meanwhile /health/ready answers 503 and requests are still served, so that a load balancer can take the server out first. Set it above the interval of its checks.',
  }),
  TRIFACE_MAX_IMAGE_BYTES: Type.Integer({
    default: 26_214_400,
    minimum: 1024,
    maximum: 104_857_600,
    description: 'Maximum size of a picture file, in bytes.',
  }),
  TRIFACE_MAX_IMAGE_PIXELS: Type.Integer({
    default: 67_108_864,
    minimum: 10_000,
    maximum: 268_000_000,
    description:
      'Maximum size of a picture, in pixels (width × height, all frames). Checked before decoding. It also bounds the time that decoding may take, so pictures in formats that take longer than JPEG must be smaller (docs/operations.md).',
  }),
  TRIFACE_MAX_PACKET_BYTES: Type.Integer({
    default: 4_194_304,
    minimum: 1024,
    maximum: 104_857_600,
    description: 'Maximum size of a capture packet (Liveness Plus), in bytes.',
  }),
  TRIFACE_PACKET_MAX_AGE_SECONDS: Type.Integer({
    default: 300,
    minimum: 10,
    maximum: 86_400,
    description: 'Seconds after capture during which a packet is accepted.',
  }),
  TRIFACE_ORIGINS: Type.Decode(
    Type.String({
      default: 'none',
      minLength: 1,
      takes: '* | none | comma-separated origins such as https://shop.example',
      description:
        'Origins whose pages may call contracts A and C, the OpenID endpoints and Triface’s own routes (CORS), in addition to those of the registered OpenID clients. `*`: any.',
    }),
    parseOrigins,
  ),
  TRIFACE_CAPTURE_ORIGINS: Type.Decode(
    Type.String({
      default: '*',
      minLength: 1,
      takes: '* | none | comma-separated origins such as https://shop.example',
      description:
        'Origins whose pages may read the capture keys and, with a token, call contract A (CORS). `*`: any. `none`: only those of TRIFACE_ORIGINS and the OpenID clients. No page of another origin can obtain a token of contract A.',
    }),
    parseOrigins,
  ),
  TRIFACE_IMAGE_URL_HOSTS: Type.Decode(
    Type.String({
      default: 'public',
      takes: 'public | public+http | none | comma-separated hosts',
      description:
        'Hosts from which contract B may fetch pictures by URL. `public`: any https host with a public address. `public+http`: by plain http, too. `none`: no host. A list (`host`, `host:port`, `*.suffix`; `http://host` allows plain http) may also name private hosts.',
    }),
    parseImageHosts,
  ),
  TRIFACE_IMAGE_URL_TIMEOUT_MS: Type.Integer({
    default: 5000,
    minimum: 100,
    maximum: 60_000,
    description: 'Milliseconds for fetching a picture by URL, redirects included.',
  }),
  TRIFACE_REJECTION_STATUS: Type.Decode(
    Type.Enum(['200', '400'], {
      default: '200',
      description: 'HTTP status of contract A for an evaluated picture with `valid:false`.',
    }),
    (status): 200 | 400 => (status === '400' ? 400 : 200),
  ),
  TRIFACE_FACE_LIVENESS_ALIASES: Type.Boolean({
    default: false,
    description: 'Serves contract B also under /api/v1/basic/face/liveness and /api/v1/id-verifications/face/liveness.',
  }),
  TRIFACE_DMS_FIELDS: Type.Enum(['all', 'documented'], {
    default: 'all',
    description:
      'Fields of contract C’s answers. `documented`: only those of the vendor’s page, for clients whose models refuse unknown fields. `all`: also the engine’s, and Triface’s own.',
  }),
  TRIFACE_REALM: Type.String({
    default: 'triface',
    pattern: '^[A-Za-z0-9._-]+$',
    takes: 'letters, digits, `.`, `_` and `-`',
    description: 'Realm in the OpenID paths of contract C.',
  }),
  TRIFACE_PATH_PREFIX: Type.String({
    default: '',
    pattern: '^(/[A-Za-z0-9._~-]+)*$',
    takes: 'empty, or a path such as /gateway without a trailing slash',
    description: 'Gateway prefix under which the routes of contract C are also served.',
  }),
  TRIFACE_TRUST_PROXY: Type.Decode(
    Type.String({
      default: '',
      takes: 'empty, or comma-separated IP addresses and ranges such as 10.0.0.0/8',
      description: 'Proxies whose X-Forwarded-For, -Proto, -Host and X-Request-Id are believed. Empty: none.',
    }),
    parseProxies,
  ),
  TRIFACE_PICTURE_URL_SECONDS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 604_800,
    description:
      "Contract A: seconds for which the URL of a person's picture is valid without a token, so that `<img>` can show it. Whoever has the URL can read the picture. 0 = URLs need a token.",
  }),
  TRIFACE_PUBLIC_URL: Type.String({
    default: '',
    pattern: '^(https?://[^/?#\\s@]+(/[A-Za-z0-9._~-]+)*)?$',
    takes: 'empty, or an http(s) URL without a trailing slash, query or credentials',
    description:
      'URL under which clients reach this server, for example https://face.example or https://gateway.example/triface. The issuer of its OpenID tokens starts with it. Empty: the host of each request (behind TRIFACE_TRUST_PROXY, its X-Forwarded-Host).',
  }),
  TRIFACE_PASSWORD_GRANT: Type.Boolean({
    default: true,
    description: 'Whether the token endpoint accepts grant_type=password, which the quick start of contract C uses.',
  }),
  TRIFACE_OIDC_EMBEDDED: Type.Boolean({
    default: true,
    description: 'Whether the embedded OpenID provider is served under /realms. `false` requires TRIFACE_OIDC_ISSUER.',
  }),
  TRIFACE_OIDC_ISSUER: Type.String({
    default: '',
    pattern: '^(https?://[^?#\\s@]+)?$',
    takes: 'empty, or an http(s) URL without query or credentials',
    description:
      'Issuer of an external OpenID provider whose access tokens contract C accepts, for example https://keycloak.example/realms/dms. Empty: none.',
  }),
  TRIFACE_OIDC_AUDIENCE: Type.String({
    default: 'triface',
    minLength: 1,
    description: 'Audience (aud) that tokens of the external provider must have.',
  }),
  TRIFACE_OIDC_JWKS_URL: Type.String({
    default: '',
    pattern: '^(https?://[^#\\s@]+)?$',
    takes: 'empty, or an http(s) URL without credentials',
    description: 'URL of the key set of the external provider. Empty: the one that its discovery document names.',
  }),
  TRIFACE_OIDC_COMPANY_CLAIM: Type.String({
    default: '',
    description:
      "Claim (a dotted path) that holds the name of the caller's company, which is created if it does not exist. Tokens without the claim are rejected. Empty: every caller belongs to the oldest company.",
  }),
  TRIFACE_OIDC_ROLES_CLAIM: Type.String({
    default: 'realm_access.roles',
    minLength: 1,
    description: 'Claim (a dotted path) that holds the roles, as an array or as words in one string.',
  }),
  TRIFACE_OIDC_RIGHTS: Type.Decode(
    Type.String({
      default: '',
      description:
        'Rights of each role of the external provider (liveness, scans:read, scans:write, recognition, persons:read, persons:write), for example `operator=liveness,auditor=scans:read scans:write`. The role `*` stands for every valid token. Empty: roles have the names of the rights.',
    }),
    parseRightsMapping,
  ),
  TRIFACE_MASTER_KEY: Type.Decode(
    Type.String({
      default: '',
      takes: 'empty, or comma-separated keys of 32 bytes as base64',
      description:
        'Encrypts the keys of pictures and templates. Create one with `openssl rand -base64 32`. Of several, the first encrypts and all decrypt. Empty: the file keys/master-key in DATA_DIR, created on first start.',
    }),
    (text): readonly MasterKey[] => (text === '' ? [] : parseMasterKeys(text)),
  ),
  TRIFACE_GALLERY_INDEX: Type.Enum(['memory', 'pgvector'], {
    default: 'memory',
    description:
      'Where templates are searched. `memory`: in this process; the templates in the database are encrypted. `pgvector`: in PostgreSQL with the pgvector extension, where they are stored unencrypted. All replicas must use the same setting.',
  }),
  TRIFACE_GALLERY_THREADS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 32,
    description:
      'Threads that hold the templates in memory and search them in parallel, for POST /v1/identify and for duplicates.',
  }),
  TRIFACE_SCAN_RETENTION_DAYS: Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 36_500,
    description: `Days for which the measurements of a scan are stored. 0 = without limit. Whether its picture is stored is set per account with \`${commandName} user pictures\`.`,
  }),
});

/** The validated environment, as values to use. Immutable. */
export type Config = Readonly<StaticDecode<typeof ConfigSchema>>;
