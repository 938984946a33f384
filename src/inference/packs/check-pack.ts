import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import proto, { type onnx } from 'onnx-proto';
import { type TensorSpec, tensorLength } from '../../imaging/crop.js';
import type { RgbImage } from '../../imaging/image.js';
import { asLiveness } from './active-packs.js';
import { checkFit, inputShape } from './network-fit.js';
import type { RecognitionNetwork } from './pack-description.js';
import { PackError } from './pack-error.js';
import { openPackSession, PackLiveness } from './pack-liveness.js';
import type { ModelPack } from './read-pack.js';

/**
 * Loads every network of a pack and runs it on a test picture, on the CPU.
 * @throws PackError if a file is not a valid ONNX model, stores weights in other files, has other inputs or outputs than
 *   described, or returns unusable numbers
 */
export async function checkPack(pack: ModelPack): Promise<void> {
  for (const file of new Set(pack.description.networks.map((network) => network.file)))
    refuseExternalData(await readFile(join(pack.directory, file)), file, pack.id);
  try {
    if (pack.description.kind === 'recognition') await checkRecognition(pack, pack.description.networks[0]!);
    else await checkLiveness(pack);
  } catch (error) {
    if (error instanceof PackError) throw error;
    const why = error instanceof Error ? error.message.split('\n')[0]! : 'unknown reason';
    throw new PackError(`model pack ${pack.id}: its network failed to run (${why})`, { cause: error });
  }
}

async function checkLiveness(pack: ModelPack): Promise<void> {
  const model = await PackLiveness.open(asLiveness(pack), 'cpu');
  try {
    const picture = makeTestPicture();
    // Once in the middle, once with a crop that extends beyond the picture.
    await model.score(picture, { x1: 120, y1: 140, x2: 200, y2: 250 });
    await model.score(picture, { x1: -10, y1: 20, x2: 150, y2: 260 });
  } finally {
    await model.close();
  }
}

async function checkRecognition(pack: ModelPack, network: RecognitionNetwork): Promise<void> {
  const session = await openPackSession(join(pack.directory, network.file), network.file, network.output.name, pack.id, 'cpu');
  try {
    checkFit(session, network, pack.id);
    const { data } = makeTestPicture();
    const spec: TensorSpec = network.input;
    const input = Float32Array.from(
      { length: tensorLength(spec) },
      (_, i) => (data[i % data.length]! - spec.mean[0]!) * spec.scale[0]!,
    );
    const vector = (await session.run(input, inputShape(network.input)))[network.output.name]!;
    const fault = `model pack ${pack.id}: ${network.file}`;
    if (vector.length !== network.output.length)
      throw new PackError(`${fault} returns ${vector.length} numbers, but pack.json says ${network.output.length}`);
    if (!vector.every(Number.isFinite)) throw new PackError(`${fault} returned a number that is not finite`);
    if (vector.every((v) => v === 0)) throw new PackError(`${fault} returned only zeros`);
  } finally {
    await session.release();
  }
}

/** 320×400 pixels of smooth shades with fixed noise: not a face, but harmless input for any network. */
function makeTestPicture(): RgbImage {
  const [width, height] = [320, 400];
  const data = new Uint8Array(width * height * 3);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pixel = Math.floor(i / 3);
    data[i] = 60 + (pixel % width) / 4 + pixel / width / 8 + (state >>> 27);
  }
  return { data, width, height };
}

/** Rejects ONNX models with external weights: these may be at any path and are not covered by the hash. */
function refuseExternalData(bytes: Uint8Array, file: string, id: string): void {
  let model: onnx.ModelProto;
  try {
    model = proto.onnx.ModelProto.decode(bytes);
  } catch {
    throw new PackError(`model pack ${id}: ${file} is not an ONNX file`);
  }
  if (!model.graph) throw new PackError(`model pack ${id}: ${file} is not an ONNX file`);
  const isExternal = (tensor: onnx.ITensorProto | null | undefined): boolean =>
    tensor?.dataLocation === proto.onnx.TensorProto.DataLocation.EXTERNAL || (tensor?.externalData?.length ?? 0) > 0;
  const reachesOut = (graph: onnx.IGraphProto): boolean =>
    (graph.initializer ?? []).some(isExternal) ||
    (graph.node ?? []).some((node) =>
      (node.attribute ?? []).some(
        ({ t, tensors, g, graphs }) =>
          isExternal(t) || (tensors ?? []).some(isExternal) || (g ? reachesOut(g) : false) || (graphs ?? []).some(reachesOut),
      ),
    );
  if (reachesOut(model.graph))
    throw new PackError(
      `model pack ${id}: ${file} stores weights in other files, which is not supported; save the model as a single file`,
    );
}
