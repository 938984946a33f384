import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { awkwardSecret, openTools } from '../contracts/dms/openid/tools.js';
import { replay, selfie } from '../fixtures/pictures.js';
import { startTestServer, temporaryDirectory } from '../helper.js';
import type { OpenIdOperation } from './openid-operations.js';
import { type Operation, operations, strictModels } from './operations.js';
import { serveBrowser } from './serve-browser.js';

const programs = join(findInstallation(), 'test/clients');

/** A program that uses the libraries of one runtime, and how it is built and run. */
export interface ClientProgram {
  /** its line in packages.txt; none: it needs only what npm installed */
  readonly packages?: string;
  /** files without which the program cannot be built or run: paths, or names of commands */
  readonly needs: readonly string[];
  /** @param folder temporary, for compiled files @returns the commands, in order; the last one is the client */
  readonly commands: (programs: string, folder: string) => readonly (readonly [string, ...string[]])[];
  /** what each library does; default: the vendors' contracts */
  readonly operations?: readonly (Operation | OpenIdOperation)[];
  /** the libraries, as the program's lines name them, each with the operations that it does not have */
  readonly libraries: Readonly<Record<string, readonly (Operation | OpenIdOperation)[]>>;
  /** further lines, of operations that only this client has */
  readonly also?: readonly string[];
  /** whether the answers are read into models that refuse unknown fields */
  readonly isStrict: boolean;
}

/**
 * Runs a client program against a server. Each line `ok NAME` or `not ok NAME: why` that it prints is one assertion. The test fails as
 * well if a line of an operation is missing. Skipped, with the names of Debian's packages, if something is not installed.
 */
export async function runClient(t: Test, client: ClientProgram): Promise<void> {
  const missing = client.needs.filter((need) => !isInstalled(need));
  if (missing.length > 0) {
    const install = client.packages ? `: apt install ${debianPackages(client.packages)}` : '';
    t.pass('the client runs', { skip: `${missing.join(', ')} not installed${install}` });
    return;
  }
  const folder = temporaryDirectory(t);
  const env = {
    ...(await startServers(t, folder, client)),
    LANG: 'C.UTF-8',
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GO111MODULE: 'off',
  };
  const commands = [...client.commands(programs, folder)];
  const program = commands.pop();
  if (!program) throw new Error('the client has no command');
  for (const command of commands) {
    const { code, stdout, stderr } = await run(command, env);
    if (code !== 0) return void t.fail(`${command[0]} builds the client`, { code, stdout, stderr });
  }
  const { code, stdout, stderr } = await run(program, env);
  const done: string[] = [];
  for (const line of stdout.split('\n')) {
    if (line.startsWith('# ')) t.comment(line.slice(2));
    const [, outcome, name, why] = /^(not ok|ok) (.+?)(?:: (.*))?$/.exec(line) ?? [];
    if (!name) continue;
    done.push(name);
    t.ok(outcome === 'ok', name, { why });
  }
  const expected = Object.entries(client.libraries).flatMap(([library, exceptions]) =>
    (client.operations ?? operations)
      .filter((operation) => !exceptions.includes(operation))
      .map((operation) => `${library} ${operation}`),
  );
  expected.push(...(client.also ?? []), ...(client.isStrict ? [strictModels] : []));
  t.strictSame(done.sort(), expected.sort(), 'every operation was done once');
  t.equal(code, 0, 'the program ended as it should', { stdout, stderr });
}

const isInstalled = (need: string): boolean =>
  need.includes('/') ? existsSync(need) : (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, need)));

function debianPackages(line: string): string {
  const lines = readFileSync(join(programs, 'packages.txt'), 'utf8').split('\n');
  return lines.find((each) => each.startsWith(`${line} `))!.slice(line.length + 1);
}

/** The servers, and what a client must know of them, as environment variables. */
async function startServers(
  t: Test,
  folder: string,
  { isStrict, operations: chosen }: ClientProgram,
): Promise<Record<string, string>> {
  const server = await startTestServer(t);
  const documented = isStrict ? await startTestServer(t, { TRIFACE_DMS_FIELDS: 'documented' }) : server;
  const tools = openTools(t, server);
  const latin = { username: 'jörg', password: 'pässwörd-ünï-17' };
  await tools.accounts.create(latin);
  const redirectUri = 'http://127.0.0.1:9/callback';
  // The programs of the vendors' contracts send it as it is.
  const grants = ['authorization_code', 'password', 'client_credentials'] as const;
  const { id, secret } = await tools.addClient({
    ...{ isConfidential: true, secret: chosen && awkwardSecret, grants, redirectUris: [redirectUri] },
  });
  const pictures = { SELFIE: await selfie(), OTHER: await selfie('other'), REPLAY: await replay() };
  const paths = Object.entries(pictures).map(([name, picture]) => {
    const path = join(folder, `${name.toLowerCase()}.jpg`);
    writeFileSync(path, picture);
    return [name, path] as const;
  });
  return {
    ...Object.fromEntries(paths),
    ...{ BASE: server.url, DOCUMENTED: documented.url, ACCOUNT: server.user, PASSWORD: server.password },
    ...{ LATIN_ACCOUNT: latin.username, LATIN_PASSWORD: latin.password, CLIENT: id, SECRET: secret! },
    ...{ REDIRECT: redirectUri, BROWSER: await serveBrowser(t, server) },
  };
}

interface Ended {
  /** the exit code, or the signal */
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, at most for four minutes. */
function run([file, ...words]: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, words, { env, timeout: 240_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
    );
  });
}
