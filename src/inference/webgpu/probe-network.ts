import { InferenceSession, Tensor } from '../onnxruntime.js';

// One node, y = Relu(x), for four float32 values: an ONNX model of opset 13. test/inference/webgpu/probe-network.test.ts decodes it.
const model = 'CAg6MwoMCgF4EgF5IgRSZWx1EgFnWg8KAXgSCgoICAESBAoCCARiDwoBeRIKCggIARIECgIIBEIECgAQDQ==';

/** WebGPU's device, held by the smallest network: ONNX Runtime gives it back when the last session is released. */
export interface Device {
  /** Computes with the device. @throws ONNX Runtime's error if the device is lost; Error if the result is wrong */
  check(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Opens WebGPU's device and computes with it. Nothing else in the process may use WebGPU meanwhile.
 * @throws ONNX Runtime's error if there is no adapter; Error if the result is wrong
 */
export async function openDevice(): Promise<Device> {
  const session = await InferenceSession.create(probeModel, { executionProviders: ['webgpu'], logSeverityLevel: 3 });
  const device: Device = {
    async check() {
      const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(-1, 2, -3, 4), [4]) });
      const values = [...(y!.data as Float32Array)];
      if (values.join() !== '0,2,0,4') throw new Error(`the GPU computed Relu(-1, 2, -3, 4) = (${values.join(', ')})`);
    },
    release: () => session.release(),
  };
  await device.check();
  return device;
}

/** @internal for its test */
export const probeModel = Buffer.from(model, 'base64');
