/** The bytes of the module that the text form describes. */
export function assemble(source: string): Buffer
/** The path of each text form, by the file of src/core that holds its bytes. */
export const SOURCES: {
  readonly 'canonicalize-body-simd': string
  readonly 'canonicalize-header-wasm': string
  readonly 'line-endings-simd': string
}
