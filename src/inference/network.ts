/**
 * A network with one input. It runs in onnxruntime-node on the server, and in onnxruntime's WebAssembly in the capture component.
 */
export interface Network {
  /** Runs the network once on an input of the given shape. @returns the outputs by name; all values are float32 */
  run(data: Float32Array, shape: readonly number[]): Promise<Readonly<Record<string, Float32Array>>>;
}
