import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { Network } from '../../inference/network.js';

/** Name of a file that the server serves next to this module; defined at build time (src/web/bundle/). */
declare const __RUNTIME_FILE__: string;

let runtime: Promise<void> | undefined;

const networks = new Map<string, Promise<Network>>();

/**
 * Loads a network, once per page, and onnxruntime's WebAssembly with the first one. Networks run on the page's main thread: a
 * worker would need a broader content security policy and could not be loaded from another origin.
 * @param sdkPath folder URL, ends with /
 * @param file name of the model there
 * @throws Error if a file cannot be loaded; a later call tries again
 */
export function loadNetwork(sdkPath: string, file: string): Promise<Network> {
  const url = new URL(file, sdkPath);
  let loading = networks.get(url.href);
  if (!loading) {
    loading = openNetwork(sdkPath, url);
    loading.catch(() => networks.delete(url.href));
    networks.set(url.href, loading);
  }
  return loading;
}

async function openNetwork(sdkPath: string, url: URL): Promise<Network> {
  runtime ??= loadRuntime(sdkPath).catch((error: unknown) => {
    runtime = undefined;
    throw error;
  });
  const [model] = await Promise.all([fetchBytes(url), runtime]);
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
  // The library would look for its files next to the page's script, which a bundler may have moved, so it is given the bytes.
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
