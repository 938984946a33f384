import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';

/** Names of the files that the server has beside this module; set when the module is built (src/capture/bundle/). */
declare const __RUNTIME_FILE__: string;

/** A network with one input. */
export interface Network {
  /** @returns the outputs by name */
  run(input: Float32Array, shape: readonly number[]): Promise<Record<string, Float32Array>>;
}

let runtime: Promise<void> | undefined;

/**
 * Loads a network, and onnxruntime's WebAssembly before the first. It runs on the page's own thread: a worker would ask for a wider content
 * security policy and could not be loaded from another origin.
 * @param sdkPath folder URL, ends with / @param file name of the model there
 * @throws Error when something of it cannot be loaded; a later call tries again
 */
export async function loadNetwork(sdkPath: string, file: string): Promise<Network> {
  runtime ??= loadRuntime(sdkPath).catch((error: unknown) => {
    runtime = undefined;
    throw error;
  });
  const [model] = await Promise.all([fetchBytes(new URL(file, sdkPath)), runtime]);
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  const name = session.inputNames[0]!;
  return {
    async run(input, shape) {
      const outputs = await session.run({ [name]: new Tensor('float32', input, shape) });
      return Object.fromEntries(Object.entries(outputs).map(([key, tensor]) => [key, tensor.data as Float32Array]));
    },
  };
}

async function loadRuntime(sdkPath: string): Promise<void> {
  // The library itself looks for its files beside the page's script, which a bundler may have moved: it is given the bytes.
  env.wasm.wasmBinary = (await fetchBytes(new URL(__RUNTIME_FILE__, sdkPath))).buffer;
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  env.logLevel = 'error';
}

async function fetchBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${url.pathname}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
