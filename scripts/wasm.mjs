// Assembles the WebAssembly text of scripts/wasm/ and writes each module, as base64, into the file of src/core/ that uses it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import openWabt from 'wabt'

const root = join(import.meta.dirname, '..')

/** By the text in scripts/wasm/: the file that holds the module. */
export const MODULES = {
  'line-ends.wat': 'src/core/dkim/line-endings-simd.ts',
  'relaxed-body.wat': 'src/core/dkim/canonicalize-body-simd.ts',
}

/** The module as base64. */
export async function assemble(name) {
  const wabt = await openWabt()
  const module = wabt.parseWat(name, readFileSync(join(root, 'scripts', 'wasm', name), 'utf8'), { simd: true })
  module.resolveNames()
  module.validate()
  return Buffer.from(module.toBinary({}).buffer).toString('base64')
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, file] of Object.entries(MODULES)) {
    const path = join(root, file)
    const module = await assemble(name)
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/(?<=export const MODULE =\n)(?:.*\n)+?(?=\n)/, `  '${module}'\n`),
    )
  }
}
