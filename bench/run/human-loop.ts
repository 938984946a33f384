import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';

// Runs @vladmandic/human in this process: `fork` with the folder in which it is installed. Each message is a task.

/** Rounds that are asked for. */
export interface HumanTask {
  readonly picture: Uint8Array;
  readonly ms: number;
  readonly leastRounds: number;
}

/** Milliseconds of each round, and the CPU time of all. */
export interface HumanAnswer {
  readonly times: readonly number[];
  readonly cpuMs: number;
}

/** The part of its interface that is used. */
interface Human {
  load(): Promise<void>;
  detect(
    input: unknown,
  ): Promise<{ readonly face: readonly { readonly real?: number; readonly live?: number; readonly mesh: readonly unknown[] }[] }>;
  readonly tf: {
    tensor3d(values: Uint8Array, shape: readonly number[], type: 'int32'): unknown;
    dispose(tensor: unknown): void;
    getBackend(): string;
  };
}

const require = createRequire(join(process.argv[2]!, 'package.json'));
const package_ = dirname(dirname(require.resolve('@vladmandic/human')));
const wasmDir = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
// By its path: Node would choose the variant for another backend.
const { Human: HumanClass } = require(join(package_, 'dist/human.node-wasm.js')) as { Human: new (config: object) => Human };

// The variant for WebAssembly fetches its models by HTTP only.
const files = createServer((request, response) => {
  response.end(readFileSync(join(package_, 'models', basename(request.url!))));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => files.once('listening', resolve));

/** Detector, mesh, anti-spoofing and liveness, each on every picture: its results for video frames are not reused. */
const always = { enabled: true, skipFrames: 0, skipTime: 0 };
const off = { enabled: false };
const human = new HumanClass({
  ...{ backend: 'wasm', wasmPath: `${wasmDir}/`, wasmPlatformFetch: false, debug: false },
  ...{ modelBasePath: `http://127.0.0.1:${(files.address() as AddressInfo).port}/`, cacheSensitivity: 0, filter: off },
  face: {
    ...{ enabled: true, detector: { rotation: false, maxDetected: 1, skipFrames: 0, skipTime: 0 }, mesh: { enabled: true } },
    ...{ iris: off, emotion: off, description: off, antispoof: always, liveness: always },
  },
  ...{ body: off, hand: off, object: off, gesture: off, segmentation: off },
});
await human.load();
files.close();

/** The same decoder as Triface's, then its networks. @throws Error unless it measured what it was asked for */
async function look(picture: Uint8Array): Promise<void> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const tensor = human.tf.tensor3d(data, [info.height, info.width, 3], 'int32');
  const { face } = await human.detect(tensor);
  human.tf.dispose(tensor);
  const [first] = face;
  if (
    human.tf.getBackend() !== 'wasm' ||
    !first ||
    first.mesh.length < 468 ||
    first.real === undefined ||
    first.live === undefined
  )
    throw new Error('@vladmandic/human did not measure the face');
}

process.on('message', async ({ picture, ms, leastRounds }: HumanTask) => {
  const times: number[] = [];
  const before = process.cpuUsage();
  const end = performance.now() + ms;
  while (times.length < leastRounds || performance.now() < end) {
    const began = performance.now();
    await look(picture);
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  process.send!({ times, cpuMs: (user + system) / 1000 } satisfies HumanAnswer);
});
process.on('disconnect', () => process.exit());
