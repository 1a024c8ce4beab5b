// Loads the parts of the program that stand beside this file: CommonJS, compiled anew or, where it fits, in the code that the build made of them.

import { readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { Script } from 'node:vm'
import { HEAD, openCodeCache, type ReadCompiled, TAIL } from './code-cache.js'

// The build makes the code from what was loaded.
export { CAPACITY, CODE_FOLDER, codeFile, HEAD, nodeBuild, TAIL } from './code-cache.js'

interface Part {
  exports: unknown
}

type PartFunction = (
  exports: unknown,
  require: (name: string) => unknown,
  module: Part,
  filename: string,
  dirname: string,
) => void

const parts = new Map<string, Part>()
let readCompiled: ReadCompiled | null | undefined

/** What was loaded, by file: what it was compiled to, and whether that came from the build. */
export const loaded = new Map<string, { readonly script: Script; readonly isFromBuild: boolean }>()

/** The exports of a part of the program. It is run when it is first asked for. */
export function load(name: string): unknown {
  const known = parts.get(name)
  if (known !== undefined) return known.exports
  const module: Part = { exports: {} }
  parts.set(name, module)
  const filename = __dirname + sep + name
  const run: PartFunction = compiled(name, filename).runInThisContext()
  run(module.exports, requireFrom, module, filename, __dirname)
  return module.exports
}

/** Other parts are ours; the rest are modules of Node, and tables. */
function requireFrom(name: string): unknown {
  return name.startsWith('./') && name.endsWith('.cjs') ? load(name.slice(2)) : require(name)
}

function compiled(name: string, filename: string): Script {
  if (readCompiled === undefined) readCompiled = openCodeCache(__dirname)
  const made = readCompiled?.(name)
  const text = made?.text ?? HEAD + readFileSync(filename, 'utf8') + TAIL
  const options = { filename, columnOffset: -HEAD.length }
  // V8 compiles what it does not take: it was made for other versions or flags.
  const script = new Script(text, made === undefined ? options : { ...options, cachedData: made.code })
  loaded.set(name, { script, isFromBuild: script.cachedDataRejected === false })
  return script
}
