import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';

/**
 * The image to test: `deploy/build-image.sh` builds it, and .ci/run gives its name. Without it the tests are skipped: building takes
 * minutes and needs root.
 */
export const image = process.env.TRIFACE_TEST_IMAGE ?? '';

/** For tap: why the tests of the image are skipped, or false. */
export const skip = image === '' && 'needs TRIFACE_TEST_IMAGE, an image of deploy/build-image.sh in the storage of podman';

/** How the compose file runs the image, as options of `podman run`. */
export const hardened = [
  '--read-only',
  ...['--tmpfs', '/tmp:rw,noexec,nosuid,nodev,size=64m'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--pids-limit', '512'],
];

export const password = 'correct horse battery';

/** What a command of podman gave. */
export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** podman, as deploy/build-image.sh keeps its images. */
export class Podman {
  readonly #env = {
    ...process.env,
    CONTAINERS_CONF: join(findInstallation(), 'test/container/containers.conf'),
  };

  constructor(readonly t: Test) {}

  /** Runs podman to its end. */
  call(...args: string[]): Output {
    const { status, stdout, stderr } = spawnSync('podman', args, { env: this.#env, encoding: 'utf8', maxBuffer: 1e8 });
    // It complains with each container that systemd is not there to run health checks.
    return { status, stdout, stderr: stderr.replace(/^time=.*systemd connection.*\n/gm, '') };
  }

  /** The same with text on standard input. */
  async feed(input: string | Uint8Array, ...args: string[]): Promise<Output> {
    const child = spawn('podman', args, { env: this.#env });
    const read = async (stream: AsyncIterable<Buffer>): Promise<string> => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    child.stdin.end(input);
    const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    return { status: child.exitCode, stdout, stderr };
  }

  /** Runs a command in a new container of the image, and removes it. @throws Error if it fails */
  inside(...command: string[]): string {
    const [program, ...args] = command;
    const { status, stdout, stderr } = this.call('run', '--rm', '--user', '0', '--entrypoint', program!, image, ...args);
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** An empty volume that goes with the test. */
  volume(): string {
    const name = this.call('volume', 'create').stdout.trim();
    this.t.teardown(() => this.call('volume', 'rm', '--force', name));
    return name;
  }

  /**
   * Starts a container of the image as the compose file does, which goes with the test.
   * @param options further ones of `podman run`
   * @param command of `triface`
   */
  start(options: readonly string[] = [], command: readonly string[] = []): Container {
    const args = ['run', '--detach', ...hardened, '--publish', '127.0.0.1::8080', '--env', `TRIFACE_ADMIN_PASSWORD=${password}`];
    const { status, stdout, stderr } = this.call(...args, ...options, image, ...command);
    if (status !== 0) throw new Error(`podman ended with ${status}: ${stderr}`);
    const container = new Container(this, stdout.trim().split('\n').at(-1)!);
    this.t.teardown(() => this.call('rm', '--force', '--time', '0', '--volumes', container.id));
    return container;
  }
}

/** A container of the image. */
export class Container {
  constructor(
    readonly podman: Podman,
    readonly id: string,
  ) {}

  /** Where the server is reached from this machine. */
  get url(): string {
    return `http://${this.podman.call('port', this.id, '8080').stdout.trim()}`;
  }

  /** Both output streams, as a collector of logs gets them. */
  get log(): string {
    const { stdout, stderr } = this.podman.call('logs', this.id);
    return stdout + stderr;
  }

  /** @returns the status with which the process ended, undefined while it runs, or while podman fails to tell on a busy machine */
  get exitCode(): number | undefined {
    const [isRunning, code] = this.podman
      .call('inspect', this.id, '--format', '{{.State.Running}} {{.State.ExitCode}}')
      .stdout.split(' ');
    return isRunning === 'false' ? Number(code) : undefined;
  }

  /** Runs a command in the container, without a terminal. */
  exec(...command: string[]): Output {
    return this.podman.call('exec', this.id, ...command);
  }

  /** @throws Error with the log if the process ends instead, or takes more than two minutes */
  async ready(): Promise<this> {
    const { url } = this;
    for (const until = Date.now() + 120_000; Date.now() < until; await sleep(200)) {
      if ((await fetch(`${url}/health/ready`).catch(() => undefined))?.ok) return this;
      if (this.exitCode !== undefined) break;
    }
    throw new Error(`the server is not ready:\n${this.log}`);
  }

  /** @returns the status with which the process ended @throws Error if it does not within two minutes */
  async ended(): Promise<number> {
    for (const until = Date.now() + 120_000; Date.now() < until; await sleep(100)) {
      const code = this.exitCode;
      if (code !== undefined) return code;
    }
    throw new Error(`the process goes on:\n${this.log}`);
  }
}
