import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { findInstallation } from '../../../../../src/base/installation.js';
import { selfie } from '../../../../fixtures/pictures.js';
import { startTestServer, temporaryDirectory } from '../../../../helper.js';
import { awkwardSecret, openTools } from '../tools.js';

/** The program; .ci/run installs it outside of the repository, because it brings more than a hundred packages. */
const newman = process.env.TRIFACE_TEST_NEWMAN;
const collection = join(findInstallation(), 'docs/contract-c.postman_collection.json');

/** What the test reads of newman's report. */
interface Report {
  readonly run: {
    readonly executions: readonly {
      readonly item: { readonly name: string };
      readonly response?: { readonly code: number };
      readonly assertions?: readonly { readonly assertion: string; readonly error?: { readonly message: string } }[];
    }[];
    readonly failures: readonly { readonly error: { readonly message: string } }[];
  };
}

test('newman runs the Postman collection of docs/: the built-in client with an empty secret, and one with a secret', {
  skip: newman ? false : 'TRIFACE_TEST_NEWMAN, the path of newman, is not set (npm i --no-save --prefix FOLDER newman)',
}, async (t) => {
  t.comment(`newman ${(await run(newman!, ['--version'])).stdout.trim()}`);
  const server = await startTestServer(t);
  const { id, secret } = await openTools(t, server).addClient({
    ...{ isConfidential: true, secret: awkwardSecret, grants: ['password'] },
  });
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'samples'));
  writeFileSync(join(folder, 'samples/selfie.jpg'), await selfie());
  const names = (JSON.parse(readFileSync(collection, 'utf8')) as { item: { name: string }[] }).item.map(({ name }) => name);
  for (const client of [{}, { client_id: id, client_secret: secret! }]) {
    const variables = { base: server.url, username: server.user, password: server.password, ...client };
    const report = join(folder, 'report.json');
    const { stdout } = await run(newman!, [
      ...['run', collection, '--working-dir', folder, '--reporters', 'json', '--reporter-json-export', report],
      ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
    ]);
    const { executions, failures } = (JSON.parse(readFileSync(report, 'utf8')) as Report).run;
    t.same(
      executions.map(({ item }) => item.name),
      names,
      `every request was sent ${stdout}`,
    );
    for (const { item, response, assertions = [] } of executions) {
      const wrong = assertions.filter(({ error }) => error).map(({ error }) => error!.message);
      t.same(wrong, [], `${client.client_id ?? 'triface'}: ${item.name}: ${response?.code}`);
      t.ok(assertions.length > 0, 'it was checked');
    }
    t.same(
      failures.map(({ error }) => error.message),
      [],
      'no script failed',
    );
  }
});

/** Runs a program; it may fail, its report says how. */
function run(program: string, words: readonly string[]): Promise<{ stdout: string }> {
  return new Promise((resolve) => {
    execFile(program, words, { timeout: 120_000, killSignal: 'SIGKILL' }, (_error, stdout) => resolve({ stdout }));
  });
}
