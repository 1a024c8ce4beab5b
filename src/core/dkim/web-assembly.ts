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

/**
 * One engine for all, made by `open` once so many octets were to be gone through that its start is worth it: until then, and where the
 * platform has no such thing, null. An engine keeps nothing between calls but its scratch memory.
 */
export function onceWorth<Engine>(worth: number, open: () => Engine | null): (octets: number) => Engine | null {
  let engine: Engine | null | undefined
  let waited = 0
  return octets => {
    if (engine !== undefined) return engine
    waited += octets
    if (waited >= worth) engine = open()
    return engine ?? null
  }
}

/** `module` is base64, as `npm run wasm` writes it. */
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
