import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { AnalysisOutcome } from '../../src/analysis/engine.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { judge } from '../../src/analysis/verdict.js';
import { serve, spawnServe } from '../app/served.js';
import { runCommand } from '../commands/run-command.js';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { noGpu, skip, softwareGpu, softwareGpuLimitMs } from '../inference/webgpu/software-gpu.js';
import { startMeasuringEngine } from '../measuring-engine.js';
import type { LabOrder } from './webgpu-lab.js';

t.setTimeout(softwareGpuLimitMs);

const settings = (t: Test): Record<string, string> => ({
  DATA_DIR: join(temporaryDirectory(t), 'data'),
  TRIFACE_STOP_DELAY_MS: '0',
});

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
  const cpu = await startMeasuringEngine(1);
  const expected = await Promise.all(pictures.map((picture) => cpu.analyze({ bytes: Uint8Array.from(picture) })));
  await cpu.close();

  const env = { ...settings(t), ...softwareGpu(t), INFERENCE_PROVIDER: 'webgpu', INFERENCE_BATCH: '1', WORKERS: '2' };
  const lab = fork(new URL('./webgpu-lab.js', import.meta.url), [String(softwareGpuLimitMs)], {
    env: { ...process.env, ...env, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', NODE_OPTIONS: '' },
    // Without tap's modules: with them, the messages of the process that names the adapter do not arrive.
    execArgv: [],
  });
  t.teardown(() => lab.kill('SIGKILL'));
  const exited = once(lab, 'exit').then(([code, signal]) => code ?? signal);
  const next = async () =>
    (await Promise.race([
      once(lab, 'message').then(([answer]) => answer),
      exited.then((how) => Promise.reject(new Error(`the server ended: ${how}`))),
    ])) as { url: string; outcomes: AnalysisOutcome[] };

  const { url } = await next();
  t.match(await (await fetch(`${url}/health/ready`)).json(), { provider: 'webgpu', adapter: /^SwiftShader/ });
  t.match(
    await (await fetch(`${url}/metrics`)).text(),
    /^triface_inference_info\{provider="webgpu",adapter="SwiftShader.*"\} 1$/m,
  );
  lab.send(pictures.map((picture) => picture.toString('base64')) satisfies LabOrder);
  const { outcomes } = await next();
  for (const [i, outcome] of outcomes.entries()) {
    const [found, wanted] = [outcome, expected[i]!].map((each) => ('observation' in each ? each.observation : undefined));
    t.same(judge(found!, regularPolicy).findings, judge(wanted!, regularPolicy).findings, 'the findings');
    const [score, onCpu] = [found, wanted].map((each) => each!.faces[0]!.liveness) as [number, number];
    t.ok(Math.abs(score - onCpu) < 1e-3, `score ${score}, on the CPU ${onCpu}`);
  }
  lab.send('stop' satisfies LabOrder);
  t.equal(await exited, 0, 'the process ends in order');
});
