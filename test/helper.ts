import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Engine } from '../src/analysis/engine.js';
import { loadConfig } from '../src/config/load.js';
import type { OpenEngine } from '../src/server/core-services.js';
import { type RunningServer, startServer } from '../src/server/start-server.js';
import { startMeasuringEngine } from './measuring-engine.js';
import { shareRememberingEngine } from './shared-engine.js';

export { form } from './form.js';

/** A real server on a free port, with its own data directory; stopped and removed with the test. */
export interface TestServer extends RunningServer {
  readonly dataDir: string;
  readonly user: string;
  readonly password: string;
  /** contract A's access token */
  apiToken(): Promise<string>;
  /** contract C's access token */
  bearerToken(): Promise<string>;
  /** contract B's header */
  readonly basic: string;
}

/** A directory that goes with the test. */
export function temporaryDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'triface-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * Starts a server as `triface serve` does. Servers with the same settings for inference share one engine per test
 * file, which analyses each picture once per question.
 * @param env settings that differ from the defaults for tests
 * @param openEngine loads the models
 */
export async function startTestServer(
  t: Test,
  env: Record<string, string> = {},
  openEngine: OpenEngine = shareRememberingEngine,
): Promise<TestServer> {
  const dataDir = env.DATA_DIR ?? temporaryDirectory(t);
  const user = 'tester';
  const password = 'correct horse battery';
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    WORKERS: '1',
    INFERENCE_PROVIDER: 'cpu',
    // a busy machine is no failure
    TRIFACE_DEADLINE_MS: '60000',
    TRIFACE_ADMIN_USER: user,
    TRIFACE_ADMIN_PASSWORD: password,
    ...env,
  });
  const server = await startServer(config, {
    version: 'test',
    announce: () => {},
    openEngine,
  });
  t.teardown(() => server.stop());
  const json = async (path: string, body: Record<string, string>): Promise<Record<string, string>> =>
    (await (await fetch(server.url + path, { method: 'POST', body: new URLSearchParams(body) })).json()) as Record<
      string,
      string
    >;
  return {
    ...server,
    dataDir,
    user,
    password,
    basic: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    apiToken: async () => (await json('/api/token/', { username: user, password })).access!,
    bearerToken: async () =>
      (
        await json(`/realms/${config.TRIFACE_REALM}/protocol/openid-connect/token`, {
          grant_type: 'password',
          client_id: 'triface',
          username: user,
          password,
        })
      ).access_token!,
  };
}

/** An engine without a server and without a tight deadline, closed with the test. */
export async function startTestEngine(t: Test, workers = 1): Promise<Engine> {
  const engine = await startMeasuringEngine(workers);
  t.teardown(() => engine.close());
  return engine;
}
