// The part of WebAssembly's JavaScript interface that is used here. TypeScript declares it only in `dom`, which the server does
// not include.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(size: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
    /** @throws RangeError beyond the maximum, or if the OS has no more memory */
    grow(pages: number): number;
  }
  function instantiate(
    bytes: Uint8Array,
    imports: Record<string, Record<string, Memory>>,
  ): Promise<{ readonly instance: Instance }>;
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Record<string, unknown>;
  }
}
