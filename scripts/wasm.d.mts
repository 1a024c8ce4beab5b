/** By the text in scripts/wasm/: the file that holds the module. */
export const MODULES: Readonly<Record<'line-ends.wat' | 'relaxed-body.wat', string>>
/** The module as base64. */
export function assemble(name: keyof typeof MODULES): Promise<string>
