import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { type Answer, ask, post } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, temporaryDirectory } from '../helper.js';
import { type Cluster, findServerPrograms, makeCluster } from '../storage/postgres-cluster.js';
import { findPort, startGateway, withoutNginx } from './gateway.js';

const programs = findServerPrograms();

/** Why tests with several servers are skipped, or `false`. */
export const withoutLab: string | false = programs === undefined ? 'no PostgreSQL here: install it (Debian: postgresql)' : false;
/** Why tests with a gateway are skipped, or `false`. */
export const withoutGateway: string | false = withoutLab || withoutNginx;

const [user, password] = ['admin', 'correct horse battery'];

/** One `triface serve` process that can be started again on the same port. */
export class Replica {
  readonly url: string;
  #process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
    private readonly logFile: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts the process, and waits until it is ready. */
  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  launch(): void {
    const root = findInstallation();
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(TRIFACE_|NODE_|TAP_|_TAPJS)/.test(name)),
    );
    const log = openSync(this.logFile, 'a');
    this.#process = spawn(process.execPath, [join(root, 'dist/src/cli.js'), 'serve'], {
      cwd: root,
      env: { ...inherited, PORT: `${this.port}`, ...this.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  /** Resolves when the server is ready. @returns milliseconds @throws if it ends, or is not ready after a minute */
  async ready(): Promise<number> {
    for (const began = performance.now(); ; await sleep(100)) {
      if (this.hasEnded) throw new Error(`the server ended: ${this.log().slice(-500)}`);
      const answer = await ask(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
      const ms = performance.now() - began;
      if (answer?.status === 200) return ms;
      if (ms > 60_000) throw new Error(`the server is not ready: ${answer?.text ?? 'no answer'}`);
    }
  }

  get hasEnded(): boolean {
    return this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** Sends a signal and waits for the end. @returns the exit code; null: a signal ended it */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (!child || this.hasEnded) return child?.exitCode ?? null;
    child.kill(name);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Everything that the process has written. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }
}

/** Several servers on one PostgreSQL cluster. */
export interface Lab {
  readonly cluster: Cluster;
  readonly replicas: readonly Replica[];
  readonly user: string;
  readonly password: string;
  /** folder of all files */
  readonly folder: string;
  /** contract A's access token */
  apiToken(): Promise<string>;
  /** contract C's access token */
  bearerToken(): Promise<string>;
  /** One more server, which is not started; it ends with the test. */
  addReplica(env: Readonly<Record<string, string>>): Promise<Replica>;
  /** Starts nginx with deploy/nginx.conf, without TLS, in front of all servers. @returns its URL */
  startGateway(): Promise<string>;
}

/** Starts a PostgreSQL cluster and servers, which end with the test. The first server starts alone, because it creates the keys. */
export async function startLab(
  t: Test,
  { servers = 3, env = {} }: { readonly servers?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Lab> {
  const folder = temporaryDirectory(t);
  const cluster = await makeCluster(programs!, { isDurable: true });
  t.teardown(() => cluster.remove());
  const gatewayPort = await findPort();
  const settings = {
    HOST: '127.0.0.1',
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: cluster.url('postgres'),
    WORKERS: '1',
    INFERENCE_PROVIDER: 'cpu',
    MALLOC_ARENA_MAX: '2',
    TRIFACE_ADMIN_USER: user,
    TRIFACE_ADMIN_PASSWORD: password,
    TRIFACE_PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
    TRIFACE_TRUST_PROXY: '127.0.0.1',
    ...env,
  };
  const replicas: Replica[] = [];
  for (let i = 0; i < servers; i++) replicas.push(new Replica(await findPort(), settings, join(folder, `replica-${i}.log`)));
  t.teardown(async () => {
    for (const replica of replicas) replica.signal('SIGCONT');
    await Promise.all(replicas.map((replica) => replica.stop('SIGKILL')));
  });
  await replicas[0]!.start();
  await Promise.all(replicas.slice(1).map((replica) => replica.start()));
  const token = async (path: string, field: string, parts: Record<string, string>) =>
    (await post(replicas[0]!.url + path, new URLSearchParams({ username: user, password, ...parts }))).json[field] as string;
  return {
    cluster,
    replicas,
    user,
    password,
    folder,
    apiToken: () => token('/api/token/', 'access', {}),
    bearerToken: () =>
      token('/realms/triface/protocol/openid-connect/token', 'access_token', { grant_type: 'password', client_id: 'triface' }),
    async addReplica(env) {
      const replica = new Replica(await findPort(), { ...settings, ...env }, join(folder, `replica-${replicas.length}.log`));
      t.teardown(() => replica.stop('SIGKILL'));
      return replica;
    },
    startGateway: () => startGateway(t, { folder, port: gatewayPort, servers: replicas.map(({ port }) => port) }),
  };
}

/** One request of a load. */
interface LoadRow {
  readonly contract: 'A' | 'C';
  readonly status: number;
  readonly ms: number;
  /** of the stored scan */
  readonly id: string | undefined;
  readonly hasRetryAfter: boolean;
  readonly isRight: boolean;
  readonly text: string;
}

/** The result of a load. */
export interface Verdict {
  readonly sent: number;
  readonly acknowledged: number;
  /** acknowledged, but not in the database */
  readonly lost: number;
  /** acknowledged with a wrong verdict */
  readonly wrong: number;
  /** answers other than 200 */
  readonly failures: readonly string[];
  /** those of them that are not 503 with Retry-After */
  readonly unexpected: readonly string[];
  readonly slowestMs: number;
}

/** A steady load of contracts A and C in turn, over URLs in turn. It records what was acknowledged. */
export class Load {
  readonly #rows: LoadRow[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  private constructor(
    private readonly lab: Lab,
    urls: readonly string[],
    intervalMs: number,
    private readonly parts: { readonly api: string; readonly bearer: string; readonly picture: Buffer },
  ) {
    this.#timer = setInterval(() => this.#running.push(this.#send(urls)), intervalMs);
  }

  static async start(lab: Lab, urls: readonly string[], intervalMs = 330): Promise<Load> {
    const [api, bearer, picture] = await Promise.all([lab.apiToken(), lab.bearerToken(), selfie()]);
    return new Load(lab, urls, intervalMs, { api, bearer, picture });
  }

  /** Requests acknowledged so far. */
  get acknowledged(): number {
    return this.#rows.filter(({ status }) => status === 200).length;
  }

  /** Ends the load. @returns the verdict, compared with the database */
  async finish(): Promise<Verdict> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    const acknowledged = this.#rows.filter(({ status }) => status === 200);
    const stored = await this.#countStored(acknowledged);
    const failed = this.#rows.filter(({ status }) => status !== 200);
    const describe = ({ contract, status, text, ms }: LoadRow) => `${contract} ${status} ${text} ${Math.round(ms)} ms`;
    return {
      sent: this.#rows.length,
      acknowledged: acknowledged.length,
      lost: acknowledged.length - stored,
      wrong: acknowledged.filter(({ isRight }) => !isRight).length,
      failures: failed.map(describe),
      unexpected: failed.filter(({ status, hasRetryAfter }) => status !== 503 || !hasRetryAfter).map(describe),
      slowestMs: Math.max(0, ...this.#rows.map(({ ms }) => ms)),
    };
  }

  async #send(urls: readonly string[]): Promise<void> {
    const turn = this.#count++;
    const url = urls[turn % urls.length]!;
    const contract = Math.floor(turn / urls.length) % 2 === 0 ? 'A' : 'C';
    const { api, bearer, picture } = this.parts;
    const began = performance.now();
    const answer: Partial<Answer> = await (contract === 'A'
      ? post(`${url}/api/v3/biometrics/liveness/`, form({ selfie: picture, details: 'true', return_id: 'true' }), {
          authorization: `Bearer ${api}`,
        })
      : post(`${url}/face-liveness-sdk/v1/check_liveness`, form({ channel: 'WEB', reference: 'lab', file: picture }), {
          authorization: `Bearer ${bearer}`,
        })
    ).catch((error: Error) => ({ status: 0, text: `${error.message} ${error.cause}` }));
    const { status = 0, json, text = '', headers } = answer;
    this.#rows.push({
      contract,
      status,
      ms: performance.now() - began,
      id: status === 200 ? String(json?.id) : undefined,
      hasRetryAfter: headers?.has('retry-after') ?? false,
      isRight: status === 200 && (json?.valid === true || json?.result === 'Real'),
      text: status === 200 ? '' : text.slice(0, 150),
    });
  }

  async #countStored(rows: readonly LoadRow[]): Promise<number> {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: this.lab.cluster.url('postgres') });
    await client.connect();
    const ids = (contract: string) => rows.filter((row) => row.contract === contract).map(({ id }) => id);
    try {
      const { rows: found } = await client.query<{ count: string }>(
        'select count(*) from scans where number::text = any($1) or id = any($2)',
        [ids('A'), ids('C')],
      );
      return Number(found[0]!.count);
    } finally {
      await client.end();
    }
  }
}

/** The longest time that an answer may take, in milliseconds. */
export const LONGEST_ANSWER_MS = 12_000;
