import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { type Served, serve, spawnServe } from '../app/served.js';
import { runCommand } from '../commands/run-command.js';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { noGpu, skip, softwareGpu } from '../inference/webgpu/software-gpu.js';

const password = 'a password of the tests';

const settings = (t: Test): Record<string, string> => ({
  DATA_DIR: join(temporaryDirectory(t), 'data'),
  TRIFACE_ADMIN_PASSWORD: password,
  // SwiftShader takes seconds for a network.
  TRIFACE_DEADLINE_MS: '120000',
  TRIFACE_STOP_DELAY_MS: '0',
});

/** Contract B's answer. */
interface Answer {
  readonly score?: number;
  readonly error?: string;
}

async function judge({ url }: Served, picture: Buffer): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/face/liveness`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ faceImageBase: picture.toString('base64') }),
  });
  return (await response.json()) as Answer;
}

t.test('without an adapter', { skip }, async (t) => {
  const gpu = noGpu(t);
  const told = /WebGPU cannot be used: no adapter was found\. .*Install the driver.*or set INFERENCE_PROVIDER=cpu/;
  t.test('`webgpu` does not start, and says what to do', async (t) => {
    const server = spawnServe(t, { ...settings(t), ...gpu, INFERENCE_PROVIDER: 'webgpu' });
    t.equal(await server.exited, 1);
    t.match(server.stdout() + server.stderr(), told);
  });
  t.test('with the fall-back it runs on the CPU, and says so', async (t) => {
    const env = { ...settings(t), ...gpu, INFERENCE_PROVIDER: 'webgpu', INFERENCE_FALLBACK: 'cpu' };
    const server = await serve(t, env);
    t.match(await (await fetch(`${server.url}/health/ready`)).json(), { status: 'up', provider: 'cpu' });
    t.match(
      server.log().find(({ msg }) => msg.startsWith('the models run on the CPU')),
      { msg: told },
    );
    const doctor = await runCommand(['doctor'], { ...env, ...gpu });
    t.match(doctor.out, /^ok +models run on: cpu\. WebGPU cannot be used/m);
    const strict = await runCommand(['doctor'], { ...env, ...gpu, INFERENCE_FALLBACK: 'none' });
    t.equal(strict.status, 1);
    t.match(strict.out, /^PROBLEM +models run on: WebGPU cannot be used: no adapter was found/m);
    t.equal(await server.end('SIGTERM'), 0);
  });
});

t.test('a program in place of a GPU: `auto` never chooses it, `doctor` names it', { skip }, async (t) => {
  const gpu = softwareGpu(t);
  const program = fileURLToPath(new URL('../inference/webgpu/choose-program.js', import.meta.url));
  const choose = (...words: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [program, ...words], {
        env: { ...process.env, ...gpu, NODE_OPTIONS: '' },
        encoding: 'utf8',
      }),
    );
  t.match(choose('auto', 'none'), { provider: 'cpu', reason: /not known to be a GPU: SwiftShader/ });
  t.match(choose('webgpu', 'none'), { provider: 'webgpu', adapter: { name: /^SwiftShader/, isSoftware: true } });
  const doctor = await runCommand(['doctor'], { ...settings(t), ...gpu, INFERENCE_PROVIDER: 'webgpu' });
  t.match(doctor.out, /^ok +models run on: webgpu: SwiftShader.*, a program without a GPU.*\(driver .*swiftshader/m);
});

t.test('two workers on one GPU give the verdicts of the CPU', { skip }, async (t) => {
  const pictures = [await selfie(), await selfie('turned')];
  const cpu = await serve(t, settings(t));
  const expected = [];
  for (const picture of pictures) expected.push(await judge(cpu, picture));
  await cpu.end('SIGTERM');
  t.type(expected[0]!.score, 'number');
  t.equal(expected[1]!.error, 'FACE_ANGLE_TOO_LARGE');

  const env = { ...settings(t), ...softwareGpu(t), INFERENCE_PROVIDER: 'webgpu', INFERENCE_BATCH: '1', WORKERS: '2' };
  const server = await serve(t, env);
  t.match(await (await fetch(`${server.url}/health/ready`)).json(), { provider: 'webgpu', adapter: /^SwiftShader/ });
  t.match(
    await (await fetch(`${server.url}/metrics`)).text(),
    /^triface_inference_info\{provider="webgpu",adapter="SwiftShader.*"\} 1$/m,
  );
  t.match(
    server.log().find(({ msg }) => msg === 'ready'),
    { provider: 'webgpu', adapter: /^SwiftShader/ },
  );
  const ended = server.exited.then((code): never => {
    throw new Error(`the server ended (${code}): ${server.stdout().slice(-2000)}${server.stderr().slice(-2000)}`);
  });
  const found = await Promise.race([Promise.all(pictures.map((picture) => judge(server, picture))), ended]);
  for (const [i, { score, error }] of found.entries()) {
    t.equal(error, expected[i]!.error);
    t.ok(Math.abs((score ?? 0) - (expected[i]!.score ?? 0)) < 1e-3, `score ${score}, on the CPU ${expected[i]!.score}`);
  }
  t.equal(await server.end('SIGTERM'), 0, 'the process ends in order');
});
