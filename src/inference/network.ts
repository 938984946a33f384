/** A network with one input, whatever runs it: onnxruntime-node on the server, its WebAssembly in the capture component. */
export interface Network {
  /** One input of the given shape, one run; the outputs by name. Float32 everywhere. */
  run(data: Float32Array, shape: readonly number[]): Promise<Readonly<Record<string, Float32Array>>>;
}
