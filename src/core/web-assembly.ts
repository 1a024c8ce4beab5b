// The platform's WebAssembly as the engine needs it: a module without imports, instantiated once, or null where it cannot run.
// The library of types has it for browsers alone.

interface Platform {
  readonly WebAssembly?: {
    readonly Module: new (bytes: Uint8Array) => object
    readonly Instance: new (module: object) => { readonly exports: unknown }
  }
}

/** Every module of ours exports its memory. */
export interface WithMemory {
  readonly memory: { readonly buffer: ArrayBuffer }
}

/** `module` is the text that scripts/wasm/assemble.mjs writes. */
export function instantiate<Exports extends WithMemory>(module: string): Exports | null {
  const { WebAssembly } = globalThis as Platform
  if (WebAssembly === undefined) return null
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(module, 'base64'))).exports as Exports
  } catch {
    // A processor or a policy without it: slower, and no other answer.
    return null
  }
}
